import sys

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.onnx_parts import IR, OPSET, Part, joined

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")


def twice(name: str) -> Part:
    """A part that doubles `x`, (rows, 2)."""
    part = Part(name)
    part.output(
        "y", part.add("Mul", [part.input("x", np.float32, 2, "any"), part.constant(np.float32(2))]), np.float32, 2
    )
    return part


def ran(model: object, **given: np.ndarray) -> dict[str, np.ndarray]:
    onnx.checker.check_model(model, full_check=True)
    session = runtime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_outputs()]
    return dict(zip(names, session.run(names, given), strict=True))


def test_a_part_is_a_model() -> None:
    model = twice("a").model()
    assert (model.ir_version, [(o.domain, o.version) for o in model.opset_import]) == (IR, [("", OPSET)])
    assert model.graph.input[0].doc_string == "any"
    assert ran(model, x=np.array([[1, 2]], np.float32))["y"].tolist() == [[2, 4]]


def test_two_parts_are_one_model() -> None:
    one, other = Part("a"), twice("b")
    one.output("between", one.add("Neg", [one.input("x", np.float32, 2)]), np.float32, 2)
    model = joined(one.model(), other.model(), {"between": "x"}, keep=["between"])
    assert [(o.domain, o.version) for o in model.opset_import] == [("", OPSET)]
    assert {name: value.tolist() for name, value in ran(model, x=np.ones((1, 2), np.float32)).items()} == {
        "y": [[-2, -2]],
        "between": [[-1, -1]],
    }


def test_operators_of_other_domains_are_declared() -> None:
    part = Part("texts")
    found = part.add(
        "LabelEncoder",
        [part.input("word", object, 1)],
        domain="ai.onnx.ml",
        keys_strings=["a", "ü"],
        values_int64s=[1, 2],
        default_int64=0,
    )
    part.output("number", found, np.int64, 1)
    model = part.model()
    assert {o.domain for o in model.opset_import} == {"", "ai.onnx.ml"}
    assert ran(model, word=np.array([["ü"], ["a"], [""]], object))["number"].tolist() == [[2], [1], [0]]


def test_rows_without_a_width_and_with_one_that_varies() -> None:
    part = Part("shapes")
    part.output("y", part.input("x", np.float64, "width"), np.float64)
    shapes = [[d.dim_param for d in value.type.tensor_type.shape.dim] for value in (part.inputs[0], part.outputs[0])]
    assert shapes == [["rows", "width"], ["rows"]]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ConfigError, match=r"pip install 'gnn2mlp\[onnx\]'"):
        Part("a")


def test_parts_of_different_versions_take_the_newer() -> None:
    one, other = Part("a"), twice("b").model()
    one.output("between", one.input("x", np.float32, 2), np.float32, 2)
    other.opset_import[0].version, other.ir_version = 20, 9
    model = joined(one.model(), other, {"between": "x"})
    assert (model.ir_version, model.opset_import[0].version) == (IR, 20)
    assert ran(model, x=np.ones((1, 2), np.float32))["y"].tolist() == [[2, 2]]
