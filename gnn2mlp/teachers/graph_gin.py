"""Graph isomorphism network of whole graphs."""

import torch
from torch import Tensor, nn

from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLP, Norm
from gnn2mlp.teachers._graph_level import MessageGraphTeacher
from gnn2mlp.teachers._graph_network import Messages, Reads


class GINConv(nn.Module):
    """h'_i = MLP((1 + ε) h_i + Σ_j h_j) over those that send to i (Xu et al., equation 4.1).

    Where edges have codes, Σ_j relu(h_j + e_ij) with an embedding e of the edge (Hu et al., Strategies for Pre-training
    Graph Neural Networks, ICLR 2020, as PyG's `GINEConv` has it).

    Args:
        width: of h and of h'.
        norm: between the two maps of the MLP.
        edge_width: columns of the edges' codes; 0 without any.
    """

    def __init__(self, width: int, norm: Norm = "batch", edge_width: int = 0):
        super().__init__()
        self.eps = nn.Parameter(torch.zeros(1))
        self.edge = Linear(edge_width, width, bias=False, init="glorot") if edge_width else None
        self.mlp = MLP(width, width, width, norm=norm)

    def forward(self, h: Tensor, messages: Messages) -> Tensor:
        """Map (nodes, width) to (nodes, width)."""
        logits: Tensor = self.mlp((1 + self.eps) * h + self.received(h, messages)).logits
        return logits

    def received(self, h: Tensor, messages: Messages) -> Tensor:
        """The sum (nodes, width) of what reaches each node."""
        pattern = messages.block.pattern
        if self.edge is None or messages.edges is None:
            return pattern @ h
        sent = (h.index_select(0, pattern.indices) + self.edge(messages.edges)).relu_()
        return h.new_zeros(h.shape).index_add(0, pattern.row_ids(), sent)


class GraphGIN(MessageGraphTeacher):
    """GIN (Xu et al., ICLR 2019, https://arxiv.org/abs/1810.00826), with codes of edges where there are some (GINE).

    Departures from the paper: nodes are pooled after the last layer, where the paper adds the answers of all layers;
    the default is their mean, as a sum tells the size of a graph, which alone predicts much on molecules.

    Example:
        >>> from gnn2mlp.data import GraphViews, load_graph_set, split_graphs
        >>> graphs = load_graph_set({"name": "motif-graphs", "graphs": 40})
        >>> observed, full = GraphViews.of(graphs, split_graphs(graphs, "fraction", seed=0))
        >>> teacher = GraphGIN(hidden=8, layers=2, epochs=2)
        >>> history = teacher.fit(observed)
        >>> teacher.predict(full.graphs).shape, teacher.export(observed, ["hidden"])["hidden"].shape
        (torch.Size([40, 2]), torch.Size([8, 8]))
    """

    name = "graph_gin"
    citation = "Xu et al., How Powerful are Graph Neural Networks?, ICLR 2019"

    def conv(self, reads: Reads) -> GINConv:
        """One layer."""
        return GINConv(self.hidden, self.norm, reads.edge_width)
