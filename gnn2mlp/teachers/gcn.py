"""Graph convolutional network."""

from torch import nn

from gnn2mlp.data.sampling import GraphBlock
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers._layers import LAYER_KEYS
from gnn2mlp.teachers._network import OperatorConv


def gcn_norm(block: GraphBlock) -> CSR:
    """D̃^-1/2 (A+I) D̃^-1/2 with D̃ the degrees of A+I in the whole graph (Kipf and Welling, ICLR 2017, equation 2).

    A holds the weights of edges, of which degrees are the sums. On a directed graph row i of A holds the nodes from
    which i receives, and both degrees are of what a node receives, as in PyG's `gcn_norm`.

    Where neighbours were sampled, each stands for `links / sampled` of them, so that the sum is unbiased.
    """
    target, source = (block.target_degree + 1).rsqrt(), (block.source_degree + 1).rsqrt()
    scale = block.links_per_sample * target
    neighbours = block.pattern.with_values(block.of_entries(scale) * source[block.pattern.indices])
    return neighbours.with_diagonal(target * target)


class GCNConv(OperatorConv):
    """h' = Â h W + b with Â = D̃^-1/2 (A+I) D̃^-1/2."""

    def __init__(self, in_features: int, out_features: int):
        super().__init__(in_features, out_features, gcn_norm)


class GCN(GNNTeacher):
    """GCN (Kipf and Welling, ICLR 2017, https://arxiv.org/abs/1609.02907). Options as in `GNNTeacher`.

    It reads weights and the direction of edges as PyG's `GCNConv` does.

    Example:
        >>> GCN(hidden=16, layers=3).build(num_features=8, num_classes=3).convs[0]
        GCNConv(
          (map): Linear(8, 16, bias=False)
        )
    """

    name = "gcn"
    provides = GNNTeacher.provides | LAYER_KEYS
    citation = "Kipf and Welling, Semi-Supervised Classification with Graph Convolutional Networks, ICLR 2017"

    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """One graph convolution."""
        return GCNConv(in_features, out_features)
