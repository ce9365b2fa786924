"""What chains of students have in common."""

from pathlib import Path

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.methods._chain import mixed, observed_of, with_seconds_of
from gnn2mlp.objectives import SoftLabels
from gnn2mlp.students.mlp import MLPStudent
from tests.rowtables import tiny_table
from tests.tiny import random_knowledge, tiny_views

OBSERVED = tiny_views("inductive").observed
FIRST, SECOND = (random_knowledge(OBSERVED.node_ids, seed=seed) for seed in (1, 2))
LEARNER = Learner(Distiller(epochs=2), MLPStudent(hidden=8), OBSERVED, FIRST)


def test_mixture_is_one_of_probabilities_by_id() -> None:
    turned = FIRST.align(OBSERVED.node_ids.flip(0))
    found = mixed(LEARNER, turned, 0.25, SECOND)["logits"].softmax(-1)
    expected = 0.25 * FIRST["logits"].softmax(-1) + 0.75 * SECOND["logits"].softmax(-1)
    torch.testing.assert_close(found, expected)
    assert mixed(LEARNER, FIRST, 1.0, SECOND) is FIRST
    assert mixed(LEARNER, FIRST, 0.0, SECOND) is SECOND


def test_seconds_are_those_of_all() -> None:
    first, second = LEARNER.fit(SoftLabels()), LEARNER.fit(SoftLabels(), seed=1)
    told = with_seconds_of(second, [first])
    assert told.history.seconds == pytest.approx(first.history.seconds + second.history.seconds)
    assert told.module is second.module


def test_a_table_of_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="method 'chain' trains on a graph's nodes"):
        observed_of(Learner(Distiller(), MLPStudent(), tiny_table(tmp_path, 50)), "chain")
