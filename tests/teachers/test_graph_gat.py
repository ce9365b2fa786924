import torch
from torch_geometric.nn import GATConv as PyGGAT

from gnn2mlp.teachers._graph_network import messages_of
from gnn2mlp.teachers.graph_gat import GraphAttention
from tests.graphs import random_graphs

BATCH = random_graphs(count=10).batch(range(10))


def test_it_is_gatconv_of_pyg_at_equal_weights() -> None:
    ours = GraphAttention(6, 4, heads=2, dropout=0.0, attention_dropout=0.0)
    theirs = PyGGAT(6, 4, heads=2)
    theirs.lin.weight.data = ours.map.weight.data.T.clone()
    theirs.att_src.data, theirs.att_dst.data = ours.source.data[None].clone(), ours.target.data[None].clone()
    x = torch.randn(BATCH.num_nodes, 6)
    found = ours(x, messages_of(BATCH, ()))
    torch.testing.assert_close(found, theirs(x, BATCH.edge_index), rtol=1e-5, atol=1e-6)
