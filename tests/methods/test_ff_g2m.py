"""FF-G2M: which terms it is a sum of, and mini-batches."""

from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill import Distiller
from gnn2mlp.methods import FFG2M, METHODS
from gnn2mlp.students import STUDENTS
from tests.tiny import random_knowledge, small, tiny_views


def test_is_hard_labels_and_both_frequencies() -> None:
    method = FFG2M(hard_weight=0.2, temperature=1.1, difference_temperature=1.4, high_weight=0.5)
    hard, low, high = method.build_objective().terms()
    assert (hard.objective.name, low.objective.name, high.objective.name) == (
        "hard_labels",
        "reliable_neighbours",
        "neighbour_differences",
    )
    assert [hard.weight, low.weight, high.weight] == pytest.approx([0.2, 0.8, 0.4])
    released = {"sample": False, "average": "edges", "include_self": True, "temperature": 1.1}
    assert {key: getattr(low.objective, key) for key in released} == released
    assert high.objective.temperature == 1.4


def test_needs_no_draw_of_noise() -> None:
    assert FFG2M().teacher_keys == {"logits"}


def test_trains_in_mini_batches_on_logits_alone() -> None:
    observed = tiny_views().observed
    knowledge = random_knowledge(observed.node_ids).select({"logits"})
    result = Distiller(epochs=15, batch_size=16).fit(
        small(STUDENTS, "mlp"), FFG2M().build_objective(), observed, knowledge
    )
    assert result.history.loss[-1] < result.history.loss[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hard_weight": -0.1}, r"method\.hard_weight: expected a number from 0 to 1, got -0\.1"),
        ({"high_weight": -1.0}, r"method\.high_weight: expected at least 0, got -1\.0"),
        ({"difference_temperature": 0.0}, r"method\.difference_temperature: expected a positive number, got 0\.0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Spec("ff_g2m", **options).build(METHODS)
