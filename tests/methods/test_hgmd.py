"""HGMD: its two schemes and mini-batches."""

from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill import Distiller
from gnn2mlp.methods import HGMD, METHODS
from gnn2mlp.students import STUDENTS
from tests.tiny import random_knowledge, small, tiny_views


def test_is_hard_labels_and_hardness_aware_neighbours() -> None:
    options = {"scheme": "weight", "temperature": 1.1, "alpha": 2.0, "beta": 0.3, "decay": 0.9, "average": "nodes"}
    hard, soft = HGMD(hard_weight=0.1, **options).build_objective().terms()
    assert (hard.objective.name, soft.objective.name) == ("hard_labels", "hardness_aware")
    assert [hard.weight, soft.weight] == pytest.approx([0.1, 0.9])
    assert {key: getattr(soft.objective, key) for key in options} == options
    assert HGMD().teacher_keys == {"logits"}


@pytest.mark.parametrize("scheme", ["mixup", "weight"])
def test_trains_in_mini_batches(scheme: str) -> None:
    observed = tiny_views().observed
    objective = HGMD(scheme=scheme).build_objective()
    result = Distiller(epochs=15, batch_size=16).fit(
        small(STUDENTS, "mlp"), objective, observed, random_knowledge(observed.node_ids)
    )
    assert result.history.loss[-1] < result.history.loss[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hard_weight": 1.1}, r"method\.hard_weight: expected a number from 0 to 1, got 1\.1"),
        ({"scheme": "both"}, r"method\.scheme: expected .*mixup.*weight.*got 'both'"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Spec("hgmd", **options).build(METHODS)
