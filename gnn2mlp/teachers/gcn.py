"""Graph convolutional network."""

import torch
from torch import Tensor, nn

from gnn2mlp.data.sampling import GraphBlock
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers._network import LayerInput, propagate


def gcn_norm(block: GraphBlock) -> CSR:
    """D̃^-1/2 (A+I) D̃^-1/2 with D̃ the degrees of A+I in the whole graph (Kipf and Welling, ICLR 2017, equation 2).

    Where neighbours were sampled, each stands for `degree / sampled` of them, so that the sum is unbiased.
    """
    target, source = (block.target_degree + 1).rsqrt(), (block.source_degree + 1).rsqrt()
    scale = (block.target_degree / block.sampled_degree.clamp(min=1)) * target
    neighbours = block.pattern.with_values(scale[block.pattern.row_ids()] * source[block.pattern.indices])
    return neighbours.with_diagonal(target * target)


class GCNConv(nn.Module):
    """h' = Â h W + b with Â = D̃^-1/2 (A+I) D̃^-1/2."""

    operator = staticmethod(gcn_norm)

    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.map = Linear(in_features, out_features, bias=False, init="glorot")
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x: LayerInput, block: GraphBlock) -> Tensor:
        """Map (sources, in_features) to (targets, out_features)."""
        return propagate(block.operator(self.operator), x, self.map.weight, self.bias)


class GCN(GNNTeacher):
    """GCN (Kipf and Welling, ICLR 2017, https://arxiv.org/abs/1609.02907). Options as in `GNNTeacher`.

    Example:
        >>> GCN(hidden=16, layers=3).build(num_features=8, num_classes=3).convs[0]
        GCNConv(
          (map): Linear(8, 16, bias=False)
        )
    """

    name = "gcn"
    citation = "Kipf and Welling, Semi-Supervised Classification with Graph Convolutional Networks, ICLR 2017"

    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """One graph convolution."""
        return GCNConv(in_features, out_features)
