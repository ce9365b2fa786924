import torch
from torch import nn
from torch_geometric.nn import GINConv as PyGGIN
from torch_geometric.nn import GINEConv as PyGGINE

from gnn2mlp.nn.node_sets import code_rows
from gnn2mlp.teachers._graph_network import messages_of
from gnn2mlp.teachers.graph_gin import GINConv
from tests.graphs import random_graphs

GRAPHS = random_graphs(count=10)
BATCH = GRAPHS.batch(range(10))
WIDTH = 6


class Maps(nn.Module):
    """The MLP of a layer, as PyG calls it."""

    def __init__(self, mlp: nn.Module):
        super().__init__()
        self.mlp = mlp

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.mlp(x).logits  # type: ignore[no-any-return]


def layer(edge_width: int) -> GINConv:
    torch.manual_seed(0)
    made = GINConv(WIDTH, "none", edge_width).eval()
    made.eps.data.fill_(0.3)
    return made


def test_it_is_ginconv_of_pyg_at_equal_weights() -> None:
    ours, x = layer(0), torch.randn(BATCH.num_nodes, WIDTH)
    theirs = PyGGIN(Maps(ours.mlp), eps=0.3)
    found = ours(x, messages_of(BATCH, ()))
    torch.testing.assert_close(found, theirs(x, BATCH.edge_index), rtol=1e-5, atol=1e-6)


def test_with_codes_of_edges_it_is_gineconv_of_pyg() -> None:
    ours, x = layer(3), torch.randn(BATCH.num_nodes, WIDTH)
    theirs = PyGGINE(Maps(ours.mlp), eps=0.3)
    assert ours.edge is not None
    assert BATCH.edge_codes is not None
    embedded = ours.edge(code_rows(BATCH.edge_codes, GRAPHS.edge_code_sizes))
    found = ours(x, messages_of(BATCH, GRAPHS.edge_code_sizes))
    torch.testing.assert_close(found, theirs(x, BATCH.edge_index, embedded), rtol=1e-5, atol=1e-6)
