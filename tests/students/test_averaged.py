"""Several students as one: sizes, recipe, files."""

from pathlib import Path

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, UnknownNameError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.core.spec import Spec
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.nn.averaged import Averaged
from gnn2mlp.students import STUDENTS
from gnn2mlp.students.averaged import AveragedStudent
from gnn2mlp.students.mlp import MLPStudent

X = np.random.default_rng(0).random((40, 6), dtype=np.float32)


def shipped(outputs: str = "classes", **options: object) -> Predictor:
    student = AveragedStudent(MLPStudent(hidden=5, **options), members=3)  # type: ignore[arg-type]
    with seeded(0, "student"):
        module = student.network(6, 3)
    assert isinstance(module, Averaged)
    module.weights.copy_(torch.tensor([0.5, 0.3, 0.2]))
    return Predictor(student, module.eval(), 6, ["a", "b", "c"])


def test_members_start_apart_and_sizes_are_those_of_all() -> None:
    student = AveragedStudent({"name": "mlp", "hidden": 5}, members=4)
    module = student.build(6, 3)
    assert student.hidden == 20
    assert sum(p.numel() for p in module.parameters()) == 4 * ((6 * 5 + 5) + (5 * 3 + 3))
    assert not torch.equal(module.members[0].head.weight, module.members[1].head.weight)  # type: ignore[union-attr, index]


def test_its_recipe_has_that_of_its_members_written_out() -> None:
    student = AveragedStudent("mlp", members=2)
    assert student.student == MLPStudent().spec().to_dict()
    assert Spec.parse(student.spec().to_dict()).build(STUDENTS) == student


@pytest.mark.parametrize("norm", ["none", "batch", "layer"])
def test_a_file_answers_as_the_network_did_with_its_weights(tmp_path: Path, norm: str) -> None:
    made = shipped(norm=norm)
    made.save(tmp_path / "model")
    loaded = Predictor.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(X), made.predict_proba(X))
    expected = sum(
        weight * member(torch.from_numpy(X)).logits.softmax(-1)
        for weight, member in zip((0.5, 0.3, 0.2), made.module.members, strict=True)  # type: ignore[arg-type]
    )
    np.testing.assert_allclose(made.predict_proba(X), expected.detach().numpy(), rtol=1e-5)  # type: ignore[union-attr]


def test_onnx_answers_alike_in_full_and_in_8_bits(tmp_path: Path) -> None:
    made = shipped()
    made.to_onnx(tmp_path / "onnx", int8=True, check=(X, made.predict(X)), tolerance=10)
    np.testing.assert_allclose(OnnxPredictor.load(tmp_path / "onnx").predict_proba(X), made.predict_proba(X), rtol=1e-4)
    small = OnnxPredictor.load(tmp_path / "onnx", int8=True).predict_proba(X)
    np.testing.assert_allclose(small, made.predict_proba(X), atol=0.03)


def test_impossible_options_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"student\.members: expected at least 1, got 0"):
        AveragedStudent(members=0)
    with pytest.raises(UnknownNameError, match="unknown student 'mpl'; did you mean 'mlp'"):
        AveragedStudent("mpl")
