import pytest
import torch
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.distill.shipping import check_foldable, folded_inputs, shipped_width
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.inputs.imputed_neighbours import ImputedNeighbours
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.students import MLPStudent
from tests.tiny import tiny_views

GRAPH = tiny_views().observed.graph
UNKNOWN = nn.Sequential(nn.Linear(2, 2))


def fitted(inputs: Inputs) -> Inputs:
    inputs.fit_graph(GRAPH)
    return inputs


@pytest.mark.parametrize("inputs", [OwnFeatures(), Standardise(), ImputedNeighbours(width=4)], ids=lambda x: x.name)
def test_the_shipped_student_answers_from_features_as_the_trained_one_from_rows(inputs: Inputs) -> None:
    inputs = fitted(inputs)
    rows = inputs.transform(GRAPH.features)
    module = MLPStudent(hidden=8).build(rows.shape[1], 3).eval()
    expected = module(rows).logits
    assert folded_inputs(module, inputs) == OwnFeatures()
    assert shipped_width(rows.shape[1], inputs) == GRAPH.features.shape[1]
    torch.testing.assert_close(module(GRAPH.features).logits, expected, rtol=1e-4, atol=1e-5)


def test_a_network_that_is_not_known_keeps_its_inputs() -> None:
    inputs, before = fitted(Standardise()), UNKNOWN[0].weight.clone()
    check_foldable(UNKNOWN, inputs)
    assert folded_inputs(UNKNOWN, inputs) is inputs
    assert torch.equal(UNKNOWN[0].weight, before)


def test_columns_that_could_not_be_folded_away_are_refused() -> None:
    inputs = fitted(ImputedNeighbours(width=4))
    check_foldable(MLPStudent(hidden=8).build(16, 3), inputs)
    with pytest.raises(ConfigError, match="'imputed_neighbours' append columns that are folded into the first layer"):
        check_foldable(UNKNOWN, inputs)
