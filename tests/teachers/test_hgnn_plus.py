"""HGNN+ against dense matrices, by hand, and against torch_geometric."""

import pytest
import torch
from torch import Tensor
from torch_geometric.nn import HypergraphConv

from gnn2mlp.core.seeds import seeded
from gnn2mlp.data import HyperedgeSampler, hypergraph_from_arrays
from gnn2mlp.teachers.hgnn_plus import HGNNPlus
from tests.teachers.dense import Dense, check_gradient, check_layer, check_network, power, small


def formula(m: Dense) -> Tensor:
    """D_v^-1 H W D_e^-1 Hᵀ."""
    return power(m.node, -1) @ m.h @ m.w @ power(m.size, -1) @ m.h.T


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("singletons", ["isolated", "all"])
def test_layer_equals_the_dense_formula(seed: int, singletons: str) -> None:
    check_layer(HGNNPlus, formula, seed, singletons)


def test_network_equals_the_dense_formula() -> None:
    check_network(HGNNPlus, formula)


def test_by_hand() -> None:
    # Node 1 lies in {0, 1} of weight 4 and {1, 2} of weight 5: 4/9 and 5/9 of their means 2 and 10.
    index = [[0, 1, 1, 2], [0, 0, 1, 1]]
    x = torch.tensor([[1.0], [3.0], [17.0], [7.0]])
    block = HyperedgeSampler(hypergraph_from_arrays(x, [0, 1, 0, 1], index, hyperedge_weight=[4, 5])).full_block()
    to_hyperedges, to_nodes = HGNNPlus.operators(block)
    found = to_nodes @ (to_hyperedges @ x)
    torch.testing.assert_close(found[:, 0], torch.tensor([2, (4 * 2 + 5 * 10) / 9, 10, 7]))


def test_with_unit_weights_it_equals_pyg() -> None:
    weighted = small(15, 3)
    hypergraph = hypergraph_from_arrays(weighted.features, weighted.labels, weighted.hyperedge_index)
    with seeded(0, "layer"):
        layer, reference = HGNNPlus().conv(5, 4, last=False), HypergraphConv(5, 4)
        torch.nn.init.normal_(layer.bias)
    reference.lin.weight.data, reference.bias.data = layer.map.weight.data.T.contiguous(), layer.bias.data
    out = layer(hypergraph.features, HyperedgeSampler(hypergraph).full_block())
    # PyG gives isolated nodes the bias alone, unless they are given a hyperedge of their own as here.
    isolated = (hypergraph.degree == 0).nonzero()[:, 0]
    own = torch.stack([isolated, hypergraph.num_hyperedges + torch.arange(isolated.numel())])
    assert isolated.numel() >= 3
    expected = reference(hypergraph.features, torch.cat([hypergraph.hyperedge_index, own], dim=1))
    torch.testing.assert_close(out, expected, rtol=1e-5, atol=1e-5)


def test_means_leave_equal_rows_as_they_are() -> None:
    """Whatever the weights, both steps are means: unlike HGNN's, the operator keeps a constant."""
    to_hyperedges, to_nodes = HGNNPlus.operators(HyperedgeSampler(small(15, 4)).full_block())
    torch.testing.assert_close(to_nodes @ (to_hyperedges @ torch.ones(15, 1)), torch.ones(15, 1))


def test_gradient() -> None:
    check_gradient(HGNNPlus)
