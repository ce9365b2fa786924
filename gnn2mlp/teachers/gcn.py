"""Graph convolutional network."""

import torch
from torch import Tensor, nn

from gnn2mlp.data.sampling import GraphBlock
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers._operators import gcn_operator, propagate


class GCNConv(nn.Module):
    """h' = Â h W + b with Â = D̃^-1/2 (A+I) D̃^-1/2."""

    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.map = Linear(in_features, out_features, bias=False, init="glorot")
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x: Features, block: GraphBlock) -> Tensor:
        """Map (sources, in_features) to (targets, out_features)."""
        return propagate(block, gcn_operator, x, self.map.weight, self.bias)


class GCN(GNNTeacher):
    """GCN (Kipf and Welling, ICLR 2017, https://arxiv.org/abs/1609.02907). Options as in `GNNTeacher`."""

    name = "gcn"
    citation = "Kipf and Welling, Semi-Supervised Classification with Graph Convolutional Networks, ICLR 2017"

    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """One graph convolution."""
        return GCNConv(in_features, out_features)
