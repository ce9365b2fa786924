"""What methods train with: one student or several, each learning from what was written down before."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill import Checkpoint, Distiller, Learner
from gnn2mlp.inputs import INPUTS
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.objectives import HardLabels, SoftLabels
from gnn2mlp.students.mlp import MLPStudent
from tests.rowtables import tiny_table
from tests.tiny import random_knowledge, tiny_views

OBSERVED = tiny_views().observed
KNOWLEDGE = random_knowledge(OBSERVED.node_ids)
LEARNER = Learner(Distiller(epochs=3), MLPStudent(hidden=8), OBSERVED, KNOWLEDGE, seed=4)


def test_one_fit_is_that_of_the_distiller() -> None:
    result = GLNN().learn(LEARNER)
    same = LEARNER.distiller.fit(LEARNER.student, SoftLabels(), OBSERVED, KNOWLEDGE, seed=4)
    assert result.history.loss == same.history.loss
    assert LEARNER.fit(SoftLabels(), seed=5).history.loss != same.history.loss
    wide = LEARNER.fit(SoftLabels(), student=MLPStudent(hidden=32))
    assert wide.card["student"]["hidden"] == 32


def test_what_a_student_knows_is_a_table() -> None:
    result = LEARNER.fit(HardLabels())
    written = LEARNER.write(result, ["logits", "hidden"])
    said = result.module(OBSERVED.graph.features)
    assert torch.equal(written.node_ids, OBSERVED.node_ids)
    assert torch.equal(written["logits"], said.logits)
    assert torch.equal(written["hidden"], said.hidden)
    with pytest.raises(ConfigError, match="writes down logits and hidden, got code"):
        LEARNER.write(result, ["code"])


def test_every_student_has_a_checkpoint_of_its_own(tmp_path: Path) -> None:
    kept = Checkpoint(tmp_path / "checkpoint.safetensors")
    learner = Learner(LEARNER.distiller, LEARNER.student, OBSERVED, KNOWLEDGE, checkpoint=kept)
    learner.fit(HardLabels(), name="assistant")
    learner.fit(SoftLabels())
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "checkpoint-assistant.safetensors",
        "checkpoint.safetensors",
    ]


def test_rows_that_are_streamed_are_not_written(tmp_path: Path) -> None:
    learner = Learner(Distiller(epochs=1), MLPStudent(hidden=8), tiny_table(tmp_path, 300))
    with pytest.raises(ConfigError, match="a method with several students trains on a graph's nodes"):
        learner.write(learner.fit(SoftLabels()))


def test_one_training_may_have_other_nodes_rows_and_settings() -> None:
    few = replace(OBSERVED, valid=OBSERVED.valid[:0])
    result = LEARNER.fit(
        HardLabels(), data=few, inputs=Spec("standardise").build(INPUTS), distiller=Distiller(epochs=2)
    )
    assert len(result.history.loss) == 2
    assert result.history.valid == []
    assert result.card["inputs"] == {"name": "standardise"}
    assert LEARNER.fit(HardLabels()).card["inputs"] == {"name": "features"}


def test_the_student_that_ships_is_held_to_the_one_that_is_deployed() -> None:
    observed = tiny_views().observed
    known, previous = (random_knowledge(observed.node_ids, seed=seed) for seed in (0, 1))
    given = {"knowledge": known, "seed": 2}
    own = Learner(Distiller(epochs=4), MLPStudent(hidden=8), observed, **given)
    held = Learner(
        Distiller(epochs=4), MLPStudent(hidden=8), observed, **given, previous=previous.select(["logits"]),
        anchor=SoftLabels(table="previous"), anchor_weight=0.25,
    )  # fmt: skip
    both = own.fit(
        0.75 * SoftLabels() + 0.25 * SoftLabels(table="previous"), tables={"previous": previous.select(["logits"])}
    )
    assert held.fit(SoftLabels()).history.loss == both.history.loss != own.fit(SoftLabels()).history.loss
    assert held.fit(SoftLabels(), name="assistant").history.loss == own.fit(SoftLabels()).history.loss
