"""Neighbour imputation: its loss, its students, and what ships."""

from typing import Any

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.inputs.imputed_neighbours import ImputedNeighbours
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.methods.neighbour_imputation import NeighbourImputation
from gnn2mlp.nn.averaged import Averaged
from gnn2mlp.nn.mlp import MLP
from gnn2mlp.objectives.soft_labels import SoftLabels
from gnn2mlp.students.averaged import AveragedStudent
from gnn2mlp.students.mlp import MLPStudent
from tests.tiny import random_knowledge, tiny_views

OBSERVED = tiny_views("inductive").observed
WIDTH = OBSERVED.graph.num_features


def learner(**options: Any) -> Learner:
    knowledge = random_knowledge(OBSERVED.node_ids)
    return Learner(Distiller(epochs=4), MLPStudent(hidden=8), OBSERVED, knowledge, **options)


def weight(module: torch.nn.Module) -> torch.Tensor:
    return next(module.parameters()).detach()


def test_the_loss_is_sharpened_soft_labels() -> None:
    hard, soft = NeighbourImputation(hard_weight=0.25, sharpen=3.0).build_objective().terms()
    assert (hard.weight, soft.weight) == (0.25, 0.75)
    assert isinstance(soft.objective, SoftLabels)
    assert soft.objective.sharpen == 3.0


def test_several_students_start_apart_and_ship_as_their_average() -> None:
    result = NeighbourImputation(students=2, width=4).learn(learner())
    assert isinstance(result.module, Averaged)
    assert isinstance(result.student, AveragedStudent)
    first, second = result.module.members
    assert not torch.equal(weight(first), weight(second))
    assert (result.inputs, result.num_features) == (OwnFeatures(), WIDTH)
    assert result.module(OBSERVED.graph.features).logits.shape == (OBSERVED.graph.num_nodes, 3)


def test_one_student_ships_as_the_first_of_several_would() -> None:
    one = NeighbourImputation(students=1, width=4).learn(learner())
    several = NeighbourImputation(students=2, width=4).learn(learner())
    assert isinstance(one.module, MLP)
    assert torch.equal(weight(one.module), weight(several.module.members[0]))  # type: ignore[union-attr,index]


def test_without_imputation_it_is_soft_labels_of_features() -> None:
    plain = learner().fit(SoftLabels(sharpen=2.0))
    left_out = NeighbourImputation(students=1, impute=False).learn(learner())
    assert torch.equal(weight(left_out.module), weight(plain.module))
    assert not torch.equal(
        weight(NeighbourImputation(students=1, width=4).learn(learner()).module), weight(plain.module)
    )


def test_other_inputs_are_refused_and_kept_without_imputation() -> None:
    with pytest.raises(ConfigError, match=r"got inputs 'standardise'; leave inputs out, or use method.impute=false"):
        NeighbourImputation().learn(learner(inputs=Standardise()))
    result = NeighbourImputation(students=1, impute=False).learn(learner(inputs=Standardise()))
    assert result.card["inputs"] == {"name": "standardise"}


def test_expected_features_with_options_of_the_users_own_are_kept() -> None:
    result = NeighbourImputation(students=1, width=4).learn(learner(inputs=ImputedNeighbours(width=3)))
    assert result.card["inputs"]["width"] == 3
    assert result.inputs == OwnFeatures()


@pytest.mark.parametrize("options", [{"students": 0}, {"hops": 0}, {"ridge": 0.0}, {"hard_weight": 2.0}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError):
        NeighbourImputation(**options)  # type: ignore[arg-type]
