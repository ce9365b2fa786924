"""LightHGNN: its loss, and that of its released code."""

from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.distill import Distiller
from gnn2mlp.methods import METHODS
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.methods.light_hgnn import LightHGNN
from gnn2mlp.objectives import HardLabels, SoftLabels
from gnn2mlp.students import STUDENTS
from tests.tiny import random_knowledge, small, tiny_views


def test_default_is_soft_labels_alone() -> None:
    assert LightHGNN().build_objective().to_list() == (0.0 * HardLabels() + 1.0 * SoftLabels()).to_list()
    assert LightHGNN().teacher_keys == {"logits"}
    assert "hyperedges" not in LightHGNN().build_objective().needs


def test_it_is_glnn_with_another_teacher() -> None:
    options = {"hard_weight": 0.25, "temperature": 2.0}
    assert LightHGNN(**options).build_objective().to_list() == GLNN(**options).build_objective().to_list()
    assert LightHGNN(update="alternating").update == "alternating"


def test_released_divergence_reaches_the_soft_labels_and_trains_another_student() -> None:
    method = LightHGNN(temperature=2.0, released_divergence=True)
    expected = 0.0 * HardLabels() + 1.0 * SoftLabels(2.0, released_divergence=True)
    assert method.build_objective().to_list() == expected.to_list()
    observed = tiny_views(kind="hypergraph").observed
    losses = [
        Distiller(epochs=3)
        .fit(small(STUDENTS, "mlp"), made.build_objective(), observed, random_knowledge(observed.node_ids))
        .history.loss
        for made in (LightHGNN(temperature=2.0), method)
    ]
    assert losses[0] != losses[1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hard_weight": 1.5}, r"method\.hard_weight: expected a number from 0 to 1, got 1\.5"),
        ({"released": True}, r"no option 'released'; did you mean 'released_divergence'"),
        ({"update": "both"}, r"method\.update: expected .*joint.*alternating.*got 'both'"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Spec("light_hgnn", **options).build(METHODS)


def test_impossible_temperature_is_refused_when_the_loss_is_made() -> None:
    with pytest.raises(ConfigError, match=r"soft_labels\.temperature: expected a positive number, got 0\.0"):
        _ = LightHGNN(temperature=0.0).teacher_keys
