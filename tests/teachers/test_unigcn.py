"""UniGCN against dense matrices and by hand."""

import math

import pytest
import torch
from torch import Tensor

from gnn2mlp.data import HyperedgeSampler, hypergraph_from_arrays
from gnn2mlp.teachers.unigcn import UniGCN
from tests.teachers.dense import Dense, check_gradient, check_layer, check_network, power


def formula(m: Dense) -> Tensor:
    """D_v^-1/2 H W d^-1/2 D_e^-1 Hᵀ, with d the mean degree of each hyperedge's nodes."""
    mean_degree = (m.h.T @ m.node.diag() / m.size.diag()).diag()
    return power(m.node, -0.5) @ m.h @ m.w @ power(mean_degree, -0.5) @ power(m.size, -1) @ m.h.T


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("singletons", ["isolated", "all"])
def test_layer_equals_the_dense_formula(seed: int, singletons: str) -> None:
    check_layer(UniGCN, formula, seed, singletons)


def test_network_equals_the_dense_formula() -> None:
    check_network(UniGCN, formula)


def test_by_hand() -> None:
    # Hyperedges {0, 1} of weight 3 and {1, 2} of weight 2: degrees 3, 5, 2, mean degrees 4 and 7/2.
    index = [[0, 1, 1, 2], [0, 0, 1, 1]]
    x = torch.tensor([[1.0], [3.0], [17.0], [7.0]])
    block = HyperedgeSampler(hypergraph_from_arrays(x, [0, 1, 0, 1], index, hyperedge_weight=[3, 2])).full_block()
    to_hyperedges, to_nodes = UniGCN.operators(block)
    first, second = 3 * 2 / math.sqrt(4), 2 * 10 / math.sqrt(3.5)  # weight times mean of the nodes
    expected = [first / math.sqrt(3), (first + second) / math.sqrt(5), second / math.sqrt(2), 7]
    torch.testing.assert_close((to_nodes @ (to_hyperedges @ x))[:, 0], torch.tensor(expected))


def test_a_node_of_its_own_hyperedge_alone_keeps_its_features() -> None:
    """Degree 1, mean degree 1: the paper's self-loop."""
    hypergraph = hypergraph_from_arrays(torch.eye(3), [0, 1, 0], [[0, 1], [0, 0]])
    to_hyperedges, to_nodes = UniGCN.operators(HyperedgeSampler(hypergraph, "all").full_block())
    found = to_nodes @ (to_hyperedges @ torch.eye(3))
    assert found[2].tolist() == [0, 0, 1]
    # Nodes 0 and 1 have degree 2: a half of themselves, and as much of the mean of both.
    torch.testing.assert_close(found[0], torch.tensor([0.75, 0.25, 0]))


def test_gradient() -> None:
    check_gradient(UniGCN)
