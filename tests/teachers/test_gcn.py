"""GCN against torch_geometric's layers with the same weights."""

import pytest
import torch
import torch.nn.functional as F
from torch_geometric.nn import GCNConv

from gnn2mlp.data import NeighbourSampler, graph_from_arrays
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers.gcn import GCN, gcn_norm
from tests.helpers import tiny_graph
from tests.tiny import tiny_views

# A path 0 - 1 - 2 and the isolated node 3.
PATH = CSR.from_dense(torch.tensor([[0.0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]))


def test_normalisation_by_hand() -> None:
    # Degrees with self-loop: 2, 3, 2, 1. Entry (i, j) is 1 / sqrt(d_i d_j).
    end, mid = 1 / 2, 6**-0.5
    expected = torch.tensor([[end, mid, 0, 0], [mid, 1 / 3, mid, 0], [0, mid, end, 0], [0, 0, 0, 1]])
    torch.testing.assert_close(gcn_norm(NeighbourSampler(PATH).full_block()).to_dense(), expected)


def test_normalisation_of_weights_by_hand() -> None:
    # 0 -> 1 of weight 3, 2 -> 1 of weight 5: degrees with self-loop are what a node receives, 1, 9, 1.
    graph = graph_from_arrays(torch.eye(3), [0, 1, 0], [[0, 2], [1, 1]], edge_weight=[3.0, 5.0], directed=True)
    expected = torch.tensor([[1, 0, 0], [3 / 3, 1 / 9, 5 / 3], [0, 0, 1]])
    torch.testing.assert_close(gcn_norm(NeighbourSampler(graph.adjacency).full_block()).to_dense(), expected)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("directed", [False, True])
def test_equals_pyg(weighted: bool, directed: bool) -> None:
    views = tiny_views(weighted=weighted, directed=directed)
    graph = views.full.graph
    teacher = GCN(hidden=16, layers=3, epochs=3, dropout=0.0)
    teacher.fit(views.observed)  # biases are zero before
    h = graph.features
    for index, conv in enumerate(teacher.module_.convs):
        reference = GCNConv(*conv.map.weight.shape)
        reference.lin.weight.data = conv.map.weight.data.T.contiguous()
        reference.bias.data = conv.bias.data
        assert conv.bias.abs().sum() > 0
        h = reference(h, graph.edge_index, graph.edge_weight)
        h = F.relu(h) if index < 2 else h
    torch.testing.assert_close(teacher.predict(graph), h.detach(), rtol=1e-4, atol=1e-5)


def test_equals_the_dense_formula() -> None:
    graph = tiny_graph()
    teacher = GCN(hidden=16)
    with torch.random.fork_rng(devices=[]):
        teacher.initialise(graph.num_features, 3)
    a = graph.adjacency.to_dense() + torch.eye(60)
    scale = a.sum(1).rsqrt()
    a_hat = scale[:, None] * a * scale
    first, second = teacher.module_.convs
    h = F.relu(a_hat @ graph.features @ first.map.weight + first.bias)
    expected = a_hat @ h @ second.map.weight + second.bias
    torch.testing.assert_close(teacher.predict(graph), expected.detach(), rtol=1e-4, atol=1e-5)


def test_starts_with_glorot_weights_and_zero_bias() -> None:
    teacher = GCN(hidden=200)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        teacher.initialise(100, 3)
    first = teacher.module_.convs[0]
    bound = (6 / 300) ** 0.5
    assert 0.99 * bound < first.map.weight.abs().max() <= bound
    assert not first.bias.any()
