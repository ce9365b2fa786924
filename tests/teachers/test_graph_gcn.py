import torch
from torch_geometric.nn import GCNConv as PyGGCN

from gnn2mlp.teachers._graph_network import messages_of
from gnn2mlp.teachers.graph_gcn import GraphConv
from tests.graphs import random_graphs

BATCH = random_graphs(count=10).batch(range(10))


def test_it_is_gcnconv_of_pyg_at_equal_weights() -> None:
    ours, theirs = GraphConv(6, 4), PyGGCN(6, 4)
    theirs.lin.weight.data = ours.map.weight.data.T.clone()
    x = torch.randn(BATCH.num_nodes, 6)
    found = ours(x, messages_of(BATCH, ()))
    torch.testing.assert_close(found, theirs(x, BATCH.edge_index), rtol=1e-5, atol=1e-6)
