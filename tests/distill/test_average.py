"""Several trained students as one: answers, score, history, card, threshold."""

from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.distill import DistillationResult, Distiller, Learner
from gnn2mlp.evaluate import accuracy
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.nn.averaged import Averaged
from gnn2mlp.objectives import HardLabels, SoftLabels
from gnn2mlp.students.averaged import AveragedStudent
from gnn2mlp.students.mlp import MLPStudent
from tests.rowtables import tiny_table
from tests.tiny import random_knowledge, tiny_views

STUDENT = MLPStudent(hidden=8, dropout=0.1)
OBSERVED = tiny_views().observed
KNOWLEDGE = random_knowledge(OBSERVED.node_ids).select(["logits"])


def learner(epochs: int = 6) -> Learner:
    return Learner(Distiller(epochs=epochs), STUDENT, OBSERVED, KNOWLEDGE)


def trained(made: Learner, count: int = 3) -> list[DistillationResult]:
    return [made.fit(HardLabels() + SoftLabels(), seed=seed, name=f"student-{seed}") for seed in range(count)]


def test_answers_with_the_average_and_is_judged_as_what_it_is() -> None:
    made = learner()
    parts = trained(made)
    whole = made.average(parts, [2, 1, 1])
    x = OBSERVED.graph.features
    expected = sum(w * part.module(x).logits.softmax(-1) for w, part in zip((0.5, 0.25, 0.25), parts, strict=True))
    torch.testing.assert_close(whole.module(x).logits.exp(), expected)
    assert not whole.module.training
    score = accuracy(whole.module(x).logits[OBSERVED.valid], OBSERVED.graph.labels[OBSERVED.valid])
    assert whole.history.valid[whole.history.best_epoch - 1] == pytest.approx(score)


def test_history_is_that_of_the_median_and_the_seconds_of_all() -> None:
    made = learner()
    parts = trained(made)
    whole = made.average(parts)
    assert whole.history.best_epoch == sorted(part.history.best_epoch for part in parts)[1]
    assert whole.history.seconds == pytest.approx(sum(part.history.seconds for part in parts))
    before = [part.history.valid for part in parts]
    made.average(parts)
    assert [part.history.valid for part in parts] == before


def test_its_recipe_builds_it_again_and_the_card_names_all_members() -> None:
    made = learner()
    whole = made.average(trained(made), [2, 1, 1])
    assert whole.student == AveragedStudent(STUDENT, members=3)
    assert whole.card["student"] == whole.student.spec().to_dict()
    assert [(member["seed"], member["weight"]) for member in whole.card["members"]] == [(0, 0.5), (1, 0.25), (2, 0.25)]
    again = whole.student.network(whole.num_features, 3)
    again.load_state_dict(whole.module.state_dict())
    x = OBSERVED.graph.features
    assert torch.equal(again.eval()(x).logits, whole.module(x).logits)


def test_scaling_that_was_folded_stays_so() -> None:
    made = Learner(Distiller(epochs=4), STUDENT, OBSERVED, KNOWLEDGE, inputs=Standardise())
    whole = made.average(trained(made, 2))
    assert whole.inputs.affine() is None
    assert whole.history.valid[whole.history.best_epoch - 1] == pytest.approx(
        accuracy(whole.module(OBSERVED.graph.features).logits[OBSERVED.valid], OBSERVED.graph.labels[OBSERVED.valid])
    )


def test_rows_of_a_table_are_averaged_too(tmp_path: Path) -> None:
    table = tiny_table(tmp_path)
    made = Learner(Distiller(epochs=3, batch_size=64), STUDENT, table)
    whole = made.average([made.fit(SoftLabels(), seed=seed) for seed in range(2)])
    assert isinstance(whole.module, Averaged)
    assert 0 <= whole.history.valid[whole.history.best_epoch - 1] <= 1


def test_students_of_different_rows_are_refused() -> None:
    made = learner(2)
    first = made.fit(HardLabels())
    wider = Learner(Distiller(epochs=2), STUDENT, tiny_views(features=30).observed, KNOWLEDGE).fit(HardLabels())
    with pytest.raises(ConfigError, match="students that read the same rows"):
        made.average([first, wider])
