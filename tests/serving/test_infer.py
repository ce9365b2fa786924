"""The Open Inference Protocol."""

from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.serving.infer import metadata, rows_of_tensors, tensors
from gnn2mlp.serving.model import ServedModel
from gnn2mlp.serving.openapi import tensors_example
from gnn2mlp.serving.predictions import Judged
from gnn2mlp.serving.refusal import RefusalError
from gnn2mlp.serving.rows import rows_of
from tests.serving import served


def request(rows: int = 2, **changes: Any) -> dict[str, Any]:
    """Tensors of the first rows of the table."""
    kinds = {"likes": "INT64", "open": "BOOL", "place": "FP32"}
    inputs = {
        name: {"name": name, "datatype": kinds.get(name, "BYTES"), "shape": [rows], "data": values[:rows]}
        for name, values in served.TABLE.items()
    }
    inputs["place"] |= {"shape": [rows, 2], "data": [number for row in served.TABLE["place"][:rows] for number in row]}
    inputs["tags"] |= {"shape": [rows, 1], "data": ["x"] * rows}
    for name, change in changes.items():
        inputs[name] = {**inputs[name], **change}
    return {"inputs": [*inputs.values()]}


def test_what_a_model_takes_and_gives(model: ServedModel) -> None:
    found = metadata(model)
    assert (found["name"], found["versions"], found["platform"]) == ("places", [model.version], "onnx_onnxruntime")
    assert {one["name"]: (one["datatype"], one["shape"]) for one in found["inputs"]} == {
        "likes": ("FP64", [-1]),
        "kind": ("BYTES", [-1]),
        "open": ("BOOL", [-1]),
        "since": ("BYTES", [-1]),
        "note": ("BYTES", [-1]),
        "tags": ("BYTES", [-1, -1]),
        "place": ("FP32", [-1, 2]),
    }
    assert [one["name"] for one in found["outputs"]] == ["label", "confidence", "probabilities", "set", "outlier"]


def test_tensors_are_rows(model: ServedModel) -> None:
    rows = rows_of_tensors(request(), model.columns, 10)
    assert rows[1]["likes"] == 20
    assert rows[1]["place"] == [3.0, 1.0]
    nested = request(likes={"shape": [2, 1], "data": [[10], [None]]}, place={"data": [[1.0, 2.0], [3.0, 1.0]]})
    assert [row["likes"] for row in rows_of_tensors(nested, model.columns, 10)] == [10, None]
    assert rows_of_tensors(tensors_example(model), model.columns, 10) == [model.example]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (3, "a list of tensors in 'inputs', got a number"),
        ({"inputs": {}}, "a list of tensors"),
        ({"inputs": [3]}, r"expected a name, a shape, a datatype and data in inputs\[0\]"),
        ({"inputs": []}, "missing likes"),
        (request(likes={"name": "Likes"}), "each input of the model once, got 'Likes'; did you mean 'likes'"),
        (request(likes={"name": "kind"}), "expected"),
        (request(likes={"datatype": "FLOAT"}), "expected a datatype such as FP64, got 'FLOAT'"),
        (request(likes={"datatype": ["x"]}), "expected a datatype such as FP64"),
        (request(likes={"datatype": "BYTES", "data": ["1", "2"]}), "expected the datatype FP64, got BYTES"),
        (request(likes={"data": ["1", "2"]}), "expected values of INT64, got a text"),
        (request(likes={"shape": [3]}), r"expected 3 values, as the shape \[3\] says, got 2"),
        (request(likes={"shape": [-1]}), "expected a shape as a list of sizes"),
        (request(likes={"shape": "x"}), "expected a shape as a list of sizes"),
        (request(likes={"shape": [1, 2]}), r"\[rows\] or \[rows, 1\], got \[1, 2\]"),
        (request(likes={"shape": [1], "data": [1]}), r"inputs of as many rows each, got \[1, 2\]"),
        (request(likes={"data": "x"}), "expected data as a list, got a text"),
        (request(place={"shape": [4]}), "expected a shape of rows and values"),
        (request(likes={"shape": [99]}), "at most 10 rows in a request, got 99"),
        (request(likes={"shape": [0, 10**30], "data": []}), r"\[rows, 1\]"),
    ],
)
def test_what_does_not_fit_is_a_sentence(model: ServedModel, wrong: Any, sentence: str) -> None:
    with pytest.raises(RefusalError, match=sentence):
        rows_of_tensors(wrong, model.columns, 10)


def judged(model: ServedModel, rows: Any) -> Judged:
    (found,) = model.judge([rows_of(rows, model.predictor, 10)])
    assert isinstance(found, Judged)
    return found


def test_answers_are_tensors(model: ServedModel) -> None:
    found = judged(model, served.table_rows()[:2])
    made = {one["name"]: one for one in tensors(model, found, None, None)}
    assert made["label"] == {
        "name": "label",
        "datatype": "BYTES",
        "shape": [2],
        "data": served.of_columns().predict(served.TABLE)[:2].tolist(),
    }
    assert found.probabilities is not None
    assert made["probabilities"]["data"] == found.probabilities.ravel().tolist()
    assert made["probabilities"]["shape"] == [2, 3]
    assert made["confidence"]["data"] == found.probabilities.max(axis=1).tolist()
    assert (made["set"]["datatype"], made["set"]["shape"]) == ("BOOL", [2, 3])
    assert [one["name"] for one in tensors(model, found, 0.95, ["set", "label", "set"])] == ["set", "label"]
    with pytest.raises(RefusalError, match="expected outputs among label"):
        tensors(model, found, None, ["logits"])
    with pytest.raises(ConfigError, match="no threshold"):
        tensors(model, found, 0.5, None)


@pytest.mark.parametrize(("kind", "names"), [("labels", ["labels", "probabilities"]), ("values", ["prediction"])])
def test_several_labels_and_numbers(kind: str, names: list[str], tmp_path: Path) -> None:
    model = served.loaded(tmp_path / kind, served.of_numbers(kind, names=False))
    made = tensors(model, judged(model, {"features": [1, 2, 3, 4]}), None, None)
    assert [one["name"] for one in made] == names
    assert made[0]["shape"] == [1, 3]
