"""Graph convolutional network of whole graphs."""

from torch import Tensor

from gnn2mlp.teachers._graph_level import MessageGraphTeacher
from gnn2mlp.teachers._graph_network import Messages, Reads
from gnn2mlp.teachers.gcn import GCNConv


class GraphConv(GCNConv):
    """The layer of `gcn`, over graphs side by side."""

    def forward(self, h: Tensor, messages: Messages) -> Tensor:  # type: ignore[override]
        """Map (nodes, width) to (nodes, width)."""
        return super().forward(h, messages.block)


class GraphGCN(MessageGraphTeacher):
    """GCN (Kipf and Welling, ICLR 2017, https://arxiv.org/abs/1609.02907), its nodes pooled. It reads no edge codes.

    Example:
        >>> GraphGCN(hidden=16, pool="sum").spec().options["pool"]
        'sum'
    """

    name = "graph_gcn"
    citation = "Kipf and Welling, Semi-Supervised Classification with Graph Convolutional Networks, ICLR 2017"

    def conv(self, reads: Reads) -> GraphConv:
        """One graph convolution."""
        return GraphConv(self.hidden, self.hidden)
