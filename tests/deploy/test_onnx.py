import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.deploy.onnx import encode, quantise, reordered, sample
from gnn2mlp.deploy.onnx_predictor import Network
from gnn2mlp.distill import Distiller
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.objectives import HardLabels
from gnn2mlp.students.mlp import MLPStudent
from tests.cuda import on_each_device
from tests.deploy.test_predictor import X, make
from tests.tiny import tiny_views

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def checked(made: Predictor) -> tuple[Any, Any]:
    """Rows, and the labels that the student itself gives them."""
    return X, made.predict(X)


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
@pytest.mark.parametrize(("dtype", "exact"), [(torch.float32, 1e-5), (torch.float64, 1e-10)])
def test_logits_are_those_of_the_module(norm: str, dtype: torch.dtype, exact: float) -> None:
    module = make(norm=norm).module.to(dtype)
    rows = torch.from_numpy(X).to(dtype)
    with torch.inference_mode():
        expected = module(rows).logits.numpy()
    np.testing.assert_allclose(Network(encode(module, 6))(rows.numpy()), expected, rtol=exact, atol=exact)


def test_normalisation_is_folded() -> None:
    operations = [node.op_type for node in onnx.load_from_string(encode(make(norm="batch").module, 6)).graph.node]
    assert operations == ["Gemm", "Relu", "Gemm"]


def test_features_may_stand_in_another_order() -> None:
    content, order = encode(make().module, 6), np.array([3, 1, 0, 5, 4, 2])
    expected = Network(content)(X)
    np.testing.assert_allclose(Network(reordered(content, order))(X[:, order]), expected, rtol=1e-5, atol=1e-6)
    nodes = onnx.load_from_string(reordered(content, order)).graph.node
    assert [node.op_type for node in nodes] == ["Gemm", "Relu", "Gemm"]
    assert reordered(content, np.arange(6)) == content


def test_another_module_goes_through_torchs_exporter() -> None:
    pytest.importorskip("onnxscript")

    class Shifted(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = MLP(6, 4, 3)

        def forward(self, x: torch.Tensor) -> MLPOutput:
            return self.inner(x + 1)

    module = Shifted().eval()
    answer = Network(encode(module, 6))
    for rows in (X[:1], X):
        with torch.inference_mode():
            expected = module(torch.from_numpy(rows)).logits.numpy()
        np.testing.assert_allclose(answer(rows), expected, atol=1e-6)


def test_eight_bits_answer_nearly_the_same_and_alone_as_in_company() -> None:
    content = encode(make().module, 6)
    exact, small = Network(content), Network(quantise(content, X))
    spread = np.ptp(exact(X))
    difference = np.abs(small(X) - exact(X)).max()
    assert 0 < difference < 0.05 * spread
    np.testing.assert_array_equal(np.concatenate([small(row[None]) for row in X]), small(X))


def test_ranges_come_from_rows_that_are_evenly_spread() -> None:
    for count in (0, 1, 1024, 2047, 2048, 10_000):
        chosen = range(count)[sample(count)]
        assert min(count, 1024) <= len(chosen) < 2048
        assert not count or count - 1 - chosen[-1] < chosen.step


def test_a_tolerance_that_is_no_number_tolerates_nothing(tmp_path: Path) -> None:
    made = make()
    with pytest.raises(DataError, match="and nan are tolerated"):
        made.to_onnx(tmp_path, int8=True, check=checked(made), tolerance=float("nan"))


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix])
def test_the_card_states_both_accuracies(tmp_path: Path, form: Any) -> None:
    made = make()
    rows, labels = checked(made)
    card = json.loads(made.to_onnx(tmp_path, int8=True, check=(form(rows), labels), tolerance=100).read_text())
    assert card["check"]["rows"] == 20
    assert card["check"]["accuracy"]["fp"] == 1
    assert 0 <= card["check"]["accuracy"]["int8"] <= 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "student.int8.onnx",
        "student.onnx",
        "student.onnx.json",
    ]


def test_eight_bits_that_lose_too_much_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    made = make()
    with pytest.raises(DataError, match=r"int8: 8-bit weights lose .* points of accuracy on 20 rows \(100.00 to"):
        made.to_onnx(tmp_path / "a", int8=True, check=checked(made), tolerance=-101)
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    ("check", "error", "message"),
    [
        (None, ConfigError, r"int8: .* give check=\(rows, labels\)"),
        ((X, np.arange(20)), DataError, "check: expected labels out of the 3 classes, got others in 20 rows"),
        ((X, ["a"]), DataError, r"check: expected rows and a label for each, got 20 rows and labels \(1,\)"),
        ((X[:0], []), DataError, "check: expected rows and a label for each"),
        ((X[:, :2], ["a"] * 20), DataError, "check: expected 6 features per row"),
    ],
)
def test_checks_that_prove_nothing_are_refused(tmp_path: Path, check: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        make().to_onnx(tmp_path / "a", int8=True, check=check)
    assert not (tmp_path / "a").exists()


def test_double_precision_has_no_eight_bit_form(tmp_path: Path) -> None:
    made = make()
    made.module.double()
    with pytest.raises(ConfigError, match="made of a network in single precision"):
        made.to_onnx(tmp_path, int8=True, check=checked(made))
    made.to_onnx(tmp_path)
    assert OnnxPredictor.load(tmp_path).decision_function(X).dtype == np.float64


def test_an_export_without_int8_takes_the_old_one_away(tmp_path: Path) -> None:
    made = make()
    made.to_onnx(tmp_path, int8=True, check=checked(made), tolerance=100)
    made.to_onnx(tmp_path)
    assert not (tmp_path / "student.int8.onnx").exists()
    with pytest.raises(ArtefactError, match="holds no 8-bit weights; export them"):
        OnnxPredictor.load(tmp_path, int8=True)


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ConfigError, match=r"pip install 'gnn2mlp\[onnx\]'"):
        make().to_onnx(tmp_path)


@on_each_device
def test_a_student_that_was_trained_on_any_device_is_exported(device: str, tmp_path: Path) -> None:
    observed, student = tiny_views().observed, MLPStudent(hidden=8, norm="batch")
    result = Distiller(epochs=30).fit(student, HardLabels(), observed, device=device)
    made = Predictor(student, result.module, result.num_features, observed.task)
    x, valid = observed.graph.features.numpy(), observed.valid.numpy()
    labels = made.classes_[observed.graph.labels[valid].numpy()]
    made.to_onnx(tmp_path, int8=True, check=(x[valid], labels), tolerance=100)
    expected = made.decision_function(x)
    np.testing.assert_allclose(OnnxPredictor.load(tmp_path).decision_function(x), expected, rtol=1e-4, atol=1e-4)
    assert OnnxPredictor.load(tmp_path, int8=True).decision_function(x).shape == expected.shape
