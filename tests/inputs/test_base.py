"""What inputs promise by default."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.inputs import INPUTS, Inputs
from gnn2mlp.nn.csr import Features
from tests.helpers import tiny_graph


class Doubled(Inputs):
    name, citation = "doubled", "none, 2000"

    def transform(self, features: Features) -> Features:
        assert isinstance(features, torch.Tensor)
        return 2 * features


class Placed(Inputs):
    name, citation, needs_graph = "placed", "none, 2000", True

    def transform(self, features: Features) -> Features:
        raise self._refuse_alone()


def test_the_package_has_the_inputs_that_it_names() -> None:
    assert {"features", "standardise"} <= set(INPUTS.names())


def test_rows_of_a_graph_are_the_transformed_features() -> None:
    graph, inputs = tiny_graph(), Doubled()
    inputs.fit_graph(graph)
    assert torch.equal(inputs.rows(graph), 2 * graph.features)
    assert torch.equal(inputs.training_rows(graph), inputs.rows(graph))
    assert (inputs.affine(), inputs.appended(), inputs.state(), inputs.needs_graph) == (None, None, {}, False)


def test_what_takes_the_graph_says_so() -> None:
    with pytest.raises(ConfigError, match=r"inputs 'placed': .* make the rows with inputs.rows\(graph\)"):
        Placed().transform(torch.eye(2))
