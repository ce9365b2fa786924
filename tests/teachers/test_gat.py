"""GAT against torch_geometric's layers with the same weights."""

import pytest
import torch
import torch.nn.functional as F
from torch_geometric.nn import GATConv

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import NeighbourSampler, Views
from gnn2mlp.teachers.gat import GAT
from tests.tiny import in_whole_weights, repeated_edges, tiny_views


def trained(views: Views | None = None, epochs: int = 3, **options: float) -> GAT:
    teacher = GAT(hidden=16, heads=4, layers=3, epochs=epochs, **{"dropout": 0.0, "attention_dropout": 0.0, **options})
    teacher.fit((views or tiny_views()).observed)
    return teacher


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_pyg_where_an_edge_of_weight_3_is_three(weighted: bool, directed: bool) -> None:
    views = in_whole_weights(tiny_views(weighted=weighted, directed=directed))
    graph, teacher = views.full.graph, trained(views)
    h = graph.features
    for index, conv in enumerate(teacher.module_.convs):
        heads = 1 if index == 2 else 4
        reference = GATConv(h.size(1), conv.map.out_features // heads, heads)
        reference.lin.weight.data = conv.map.weight.data.T.contiguous()
        reference.att_src.data, reference.att_dst.data = conv.source.data[None], conv.target.data[None]
        reference.bias.data = conv.bias.data
        h = reference(h, repeated_edges(graph))
        h = F.relu(h) if index < 2 else h
    assert teacher.module_.convs[0].bias.abs().sum() > 0
    torch.testing.assert_close(teacher.predict(graph), h.detach(), rtol=1e-4, atol=1e-5)


def test_one_layer_by_hand() -> None:
    """Attention of a target over itself and its neighbours: softmax of leaky_relu(a_src h_j + a_dst h_i)."""
    graph, conv = tiny_views().full.graph, trained().module_.convs[2].eval()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        x = torch.randn(60, 16)
    out = conv(x, NeighbourSampler(graph.adjacency).full_block())
    h = x @ conv.map.weight
    own = graph.adjacency.to_dense() + torch.eye(60)
    a_src, a_dst = conv.source.view(-1), conv.target.view(-1)
    score = F.leaky_relu((h @ a_dst)[:, None] + (h @ a_src)[None, :], 0.2).masked_fill(own == 0, float("-inf"))
    torch.testing.assert_close(out, score.softmax(1) @ h + conv.bias, rtol=1e-4, atol=1e-5)


def test_each_layer_drops_its_input_and_nothing_twice() -> None:
    assert GAT(dropout=0.4).build(5, 2).dropout == 0.0
    assert [conv.dropout for conv in GAT(dropout=0.4).build(5, 2).convs] == [0.4, 0.4]
    assert [conv.attention_dropout for conv in GAT(attention_dropout=0.2).build(5, 2).convs] == [0.2, 0.2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"hidden": 20, "heads": 8}, r"teacher\.hidden: expected a multiple of teacher\.heads \(8\), got 20"),
        ({"heads": 0}, r"teacher\.heads: expected at least 1, got 0"),
        ({"attention_dropout": 1.0}, r"teacher\.attention_dropout: expected a number from 0 to below 1, got 1\.0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        GAT(**options)  # type: ignore[arg-type]
