"""The MLP student: sizes and options."""

from pathlib import Path

import numpy as np
import pytest
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.students.mlp import MLPStudent


def test_sizes_by_hand() -> None:
    module = MLPStudent(hidden=8, layers=3).build(5, 4)
    assert sum(p.numel() for p in module.parameters()) == (5 * 8 + 8) + (8 * 8 + 8) + (8 * 4 + 4)


def test_norm_and_dropout_reach_the_network() -> None:
    module = MLPStudent(hidden=8, layers=3, dropout=0.25, norm="batch").build(5, 4)
    assert sum(isinstance(m, nn.BatchNorm1d) for m in module.modules()) == 2
    assert module.dropout == 0.25


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_a_residual_student_answers_from_its_file_and_in_onnx_as_it_did(tmp_path: Path, norm: Norm) -> None:
    pytest.importorskip("onnxruntime")
    x = np.random.default_rng(0).random((30, 5), dtype=np.float32)
    student = MLPStudent(hidden=8, layers=4, norm=norm, residual=True, input_dropout=0.5)
    made = Predictor(student, student.network(5, 4), 5, ["a", "b", "c", "d"])
    made.save(tmp_path / "model")
    np.testing.assert_array_equal(Predictor.load(tmp_path / "model").predict_proba(x), made.predict_proba(x))
    made.to_onnx(tmp_path / "onnx", int8=True, check=(x, made.predict(x)), tolerance=10)
    for small, tolerance in ((False, 1e-5), (True, 0.03)):
        loaded = OnnxPredictor.load(tmp_path / "onnx", int8=small)
        np.testing.assert_allclose(loaded.predict_proba(x), made.predict_proba(x), atol=tolerance)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layers": 1}, r"student\.layers: expected at least 2, got 1"),
        ({"hidden": 0}, r"student\.hidden: expected at least 1, got 0"),
        ({"residual": True}, r"student\.residual: expected at least 3 layers, .* got 2"),
        ({"dropout": 1.5}, r"student\.dropout: expected a number from 0 to below 1, got 1\.5"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        MLPStudent(**options)  # type: ignore[arg-type]
