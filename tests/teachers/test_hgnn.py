"""HGNN against dense matrices, by hand, and on a graph."""

import pytest
import torch
from torch import Tensor

from gnn2mlp.data import HyperedgeSampler, hypergraph_from_arrays, hypergraph_of
from gnn2mlp.teachers.hgnn import HGNN
from tests.helpers import tiny_graph
from tests.teachers.dense import Dense, check_gradient, check_layer, check_network, power


def formula(m: Dense) -> Tensor:
    """D_v^-1/2 H W D_e^-1 Hᵀ D_v^-1/2."""
    return power(m.node, -0.5) @ m.h @ m.w @ power(m.size, -1) @ m.h.T @ power(m.node, -0.5)


def operator(block: object) -> Tensor:
    to_hyperedges, to_nodes = HGNN.operators(block)  # type: ignore[arg-type]
    return to_nodes.to_dense() @ to_hyperedges.to_dense()


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("singletons", ["isolated", "all"])
def test_layer_equals_the_dense_formula(seed: int, singletons: str) -> None:
    check_layer(HGNN, formula, seed, singletons)


def test_network_equals_the_dense_formula() -> None:
    check_network(HGNN, formula)


def test_by_hand() -> None:
    # Hyperedges {0, 1} of weight 4 and {1, 2} of weight 5: degrees 4, 9, 5. Node 3 lies in none and keeps itself.
    index = [[0, 1, 1, 2], [0, 0, 1, 1]]
    block = HyperedgeSampler(
        hypergraph_from_arrays(torch.eye(4), [0, 1, 0, 1], index, hyperedge_weight=[4, 5])
    ).full_block()
    first = [4 / 2 / (2 * 2), 4 / 2 / (2 * 3), 0, 0]
    found = operator(block)
    torch.testing.assert_close(found[0], torch.tensor(first))
    torch.testing.assert_close(found[3], torch.tensor([0.0, 0, 0, 1]))


def test_on_the_edges_of_a_graph_it_is_half_itself_and_half_its_neighbours() -> None:
    """(I + D^-1/2 A D^-1/2) / 2, as the paper derives for hyperedges of two nodes."""
    graph = tiny_graph()
    assert (graph.degree > 0).all()
    scale = graph.degree.float().rsqrt()
    expected = (torch.eye(60) + scale[:, None] * graph.adjacency.to_dense() * scale) / 2
    torch.testing.assert_close(operator(HyperedgeSampler(hypergraph_of(graph, ["edges"])).full_block()), expected)


def test_gradient() -> None:
    check_gradient(HGNN)
