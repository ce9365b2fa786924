"""The mixture of experts as a student: sizes, files, ONNX, options."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.nn.fold import FoldedMixture, fold, fold_input, input_maps
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.students.mixture import MixtureStudent

X = np.random.default_rng(0).random((40, 6), dtype=np.float32)


def test_sizes_by_hand() -> None:
    module = MixtureStudent(hidden=5, experts=3).build(6, 4)
    assert sum(p.numel() for p in module.parameters()) == 3 * ((6 * 5 + 5) + (5 * 4 + 4)) + 6 * 3 + 3


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_it_is_folded_and_answers_alike_from_its_file_and_in_onnx(tmp_path: Path, norm: Norm) -> None:
    pytest.importorskip("onnxruntime")
    student = MixtureStudent(hidden=8, norm=norm, temperature=0.5)
    made = Predictor(student, student.network(6, 3), 6, ["a", "b", "c"])
    assert isinstance(fold(made.module), FoldedMixture)
    expected = made.module(torch.from_numpy(X)).logits.softmax(-1).detach().numpy()
    np.testing.assert_allclose(made.predict_proba(X), expected, atol=1e-5)
    made.save(tmp_path / "model")
    np.testing.assert_array_equal(Predictor.load(tmp_path / "model").predict_proba(X), made.predict_proba(X))
    made.to_onnx(tmp_path / "onnx", int8=True, check=(X, made.predict(X)), tolerance=20)
    for small, tolerance in ((False, 1e-5), (True, 0.03)):
        loaded = OnnxPredictor.load(tmp_path / "onnx", int8=small)
        np.testing.assert_allclose(loaded.predict_proba(X), expected, atol=tolerance)


def test_scaling_goes_into_gate_and_experts() -> None:
    module, x = MixtureStudent(hidden=8).build(6, 3).eval(), torch.from_numpy(X)
    shift, scale = torch.arange(6.0), torch.linspace(0.5, 2, 6)
    expected = module((x - shift) * scale).logits
    fold_input(input_maps(module) or (), shift, scale)
    torch.testing.assert_close(module(x).logits, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"experts": 0}, r"student\.experts: expected at least 1, got 0"),
        ({"layers": 1}, r"student\.layers: expected at least 2, got 1"),
        ({"temperature": 0.0}, r"student\.temperature: expected a positive number, got 0\.0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        MixtureStudent(**options)  # type: ignore[arg-type]
