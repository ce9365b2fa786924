"""Features of a node's neighbourhood beside its own, against dense powers."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.spec import Spec
from gnn2mlp.inputs import INPUTS
from gnn2mlp.inputs.hops import Hops
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_graph, tiny_hypergraph


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("order", [0, 1, 3])
def test_are_powers_of_the_normalised_adjacency(sparse: bool, order: int) -> None:
    graph = tiny_graph(sparse=sparse, weighted=True)
    x = tiny_graph().features
    loops = graph.adjacency.to_dense() + torch.eye(60)
    scale = loops.sum(1).rsqrt().diag()
    expected = torch.cat([torch.linalg.matrix_power(scale @ loops @ scale, k) @ x for k in range(order + 1)], dim=1)
    rows = Hops(order).rows(graph)
    assert isinstance(rows, CSR) == sparse
    torch.testing.assert_close(rows.to_dense() if isinstance(rows, CSR) else rows, expected)


def test_may_be_of_other_inputs_and_are_saved_with_what_those_learnt() -> None:
    graph, inputs = tiny_graph(), Hops(1, of="standardise")
    inputs.fit_graph(graph)
    plain = Standardise()
    plain.fit_graph(graph)
    torch.testing.assert_close(inputs.rows(graph)[:, :12], plain.rows(graph))
    again = Spec.parse(inputs.spec().to_dict()).build(INPUTS)
    again.load_state(inputs.state())
    assert torch.equal(again.rows(graph), inputs.rows(graph))
    assert inputs.rescales
    assert not Hops().rescales


def test_a_row_alone_has_no_neighbours() -> None:
    with pytest.raises(ConfigError, match="inputs 'hops': a row is made of a node's place in the graph"):
        Hops().transform(torch.eye(2))
    with pytest.raises(ConfigError, match="inputs 'hops'"):
        Hops().rows(tiny_hypergraph())
    with pytest.raises(ConfigError, match="inputs.order: expected at least 0, got -1"):
        Hops(-1)
