"""ProGMLP: the student that ships, its exits, and tables of rows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.distill import DistillationResult, Distiller, Learner
from gnn2mlp.inputs import INPUTS
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.methods import ProGMLP
from gnn2mlp.methods.progmlp import sequence_of
from gnn2mlp.nn.progressive import Progressive
from gnn2mlp.students.averaged import AveragedStudent
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.students.progressive_mlp import ProgressiveMLPStudent
from tests.rowtables import tiny_table
from tests.tiny import random_knowledge, tiny_views

VIEWS = tiny_views("inductive")
OBSERVED = VIEWS.observed
KNOWLEDGE = random_knowledge(OBSERVED.node_ids)
STUDENT = MLPStudent(hidden=8, norm="batch")


def learnt(**options: Any) -> DistillationResult:
    learner = Learner(Distiller(epochs=20), options.pop("student", STUDENT), OBSERVED, KNOWLEDGE, seed=1, **options)
    return ProGMLP(stages=3).learn(learner)


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    made = learnt()
    assert made.student is not None
    return Predictor(made.student, made.module, 12, VIEWS.full.graph.task, made.card)


X = VIEWS.full.graph.features
assert isinstance(X, torch.Tensor)


def test_every_stage_has_the_sizes_of_the_student() -> None:
    made = learnt()
    assert isinstance(made.module, Progressive)
    assert made.student == ProgressiveMLPStudent(hidden=8, norm="batch", stages=3)
    own = ProgressiveMLPStudent(hidden=4, stages=2)
    assert learnt(student=own).student == own
    with pytest.raises(ConfigError, match="'progmlp' trains a sequence of MLPs, got the student 'averaged'"):
        sequence_of(AveragedStudent(), 2)


def test_exits_answer_early_and_spare_what_comes_later(predictor: Predictor, tmp_path: Path) -> None:
    module = predictor.module
    assert isinstance(module, Progressive)
    said = torch.stack([each.logits.softmax(-1) for each in module.answers(X)]).detach().numpy()
    threshold = float(np.median(said.max(-1)))
    exiting = predictor.exiting(threshold)
    stage = exiting.answering_stage(X)
    sure = said.max(-1) >= threshold
    expected = np.where(sure[0], 0, np.where(sure[1], 1, 2))
    assert len(set(expected)) > 1
    np.testing.assert_array_equal(stage, expected)
    np.testing.assert_allclose(exiting.predict_proba(X), said[expected, np.arange(len(X))], atol=1e-5)
    alone = np.concatenate([exiting.predict_proba(X[i : i + 1]) for i in range(len(X))])
    np.testing.assert_allclose(alone, exiting.predict_proba(X), atol=1e-6)  # whatever its company
    np.testing.assert_allclose(predictor.predict_proba(X), said[2], atol=1e-5)  # the other stays as it was
    exiting.save(tmp_path / "model")
    loaded = Predictor.load(tmp_path / "model")
    assert loaded.student.exit_threshold == threshold  # type: ignore[attr-defined]
    np.testing.assert_array_equal(loaded.answering_stage(X), stage)
    np.testing.assert_allclose(exiting.exiting(None).predict_proba(X), said[2], atol=1e-5)


def test_in_onnx_exits_give_the_same_answers(predictor: Predictor, tmp_path: Path) -> None:
    exiting = predictor.exiting(0.6)
    exiting.to_onnx(tmp_path / "student.onnx")
    there = OnnxPredictor.load(tmp_path / "student.onnx")
    np.testing.assert_allclose(there.predict_proba(X), exiting.predict_proba(X), atol=1e-5)


def test_extreme_thresholds(predictor: Predictor) -> None:
    assert set(predictor.exiting(0.0).answering_stage(X)) == {0}
    assert set(predictor.exiting(1.0).answering_stage(X)) <= {0, 1, 2}
    assert set(predictor.answering_stage(X)) == {2}
    assert predictor.exiting(0.5).predict(X[:0]).shape == (0,)
    with pytest.raises(ConfigError, match="exit_threshold: expected a probability from 0 to 1"):
        predictor.exiting(1.2)


def test_one_network_has_no_exits() -> None:
    plain = Predictor(STUDENT, STUDENT.network(12, 3), 12, [0, 1, 2])
    with pytest.raises(ConfigError, match="exiting: expected a student that is a sequence of networks"):
        plain.exiting(0.9)
    with pytest.raises(ConfigError, match="answering_stage: the student 'mlp' is no sequence"):
        plain.answering_stage(X)


def test_scaling_of_rows_is_folded_into_every_stage() -> None:
    made = learnt(inputs=INPUTS.get("standardise")())
    assert isinstance(made.inputs, OwnFeatures)
    assert torch.isfinite(made.module(X).logits).all()


def test_rows_of_a_table_will_do(tmp_path: Path) -> None:
    learner = Learner(Distiller(epochs=3), STUDENT, tiny_table(tmp_path, 200))
    made = ProGMLP().learn(learner)
    assert isinstance(made.module, Progressive)
    ProGMLP().check_streams()


@pytest.mark.parametrize("options", [{"stages": 0}, {"hard_weight": 2.0}, {"mixup": 0.0}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=f"method.{next(iter(options))}"):
        ProGMLP(**options)
