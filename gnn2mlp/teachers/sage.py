"""GraphSAGE, in the two forms that go by this name."""

from typing import Any, Literal

from torch import Tensor, nn

from gnn2mlp.data.sampling import GraphBlock
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers._layers import LAYER_KEYS
from gnn2mlp.teachers._network import LayerInput, OperatorConv, first_rows, propagate, rows_of


def mean_with_self(block: GraphBlock) -> CSR:
    """Mean over a node, of weight 1, and its (sampled) neighbours: the "gcn" aggregator of DGL's SAGEConv."""
    weight = 1 / (block.sampled_degree + 1)
    return block.pattern.with_values(block.of_entries(weight)).with_diagonal(weight)


def mean(block: GraphBlock) -> CSR:
    """Mean over the (sampled) neighbours, zero where there are none: the aggregator of PyG's SAGEConv."""
    degree = block.sampled_degree
    weight = 1 / degree.where(degree > 0, 1.0)
    return block.pattern.with_values(block.of_entries(weight))


class MeanConv(nn.Module):
    """h'_i = W_self h_i + W_neigh mean_{j in N(i)} h_j + b: PyG's SAGEConv with its mean aggregator."""

    operator = staticmethod(mean)

    def __init__(self, in_features: int, out_features: int):
        super().__init__()
        self.own = Linear(in_features, out_features, init="glorot")
        self.neighbours = Linear(in_features, out_features, bias=False, init="glorot")

    def forward(self, x: LayerInput, block: GraphBlock) -> Tensor:
        """Map (sources, in_features) to (targets, out_features)."""
        own: Tensor = self.own(first_rows(rows_of(x), block.num_targets))
        return own + propagate(block.operator(self.operator), x, self.neighbours.weight)


class GcnAggregatorConv(OperatorConv):
    """h'_i = W (h_i + sum_{j in N(i)} h_j) / (|N(i)| + 1) + b: DGL's SAGEConv with its "gcn" aggregator."""

    def __init__(self, in_features: int, out_features: int):
        super().__init__(in_features, out_features, mean_with_self)


class SAGE(GNNTeacher):
    """GraphSAGE (Hamilton et al., NeurIPS 2017, https://arxiv.org/abs/1706.02216).

    Where edges have weights, its means are weighted: Σ w_ij h_j / Σ w_ij, in the `"gcn"` form with the node itself as a
    neighbour of weight 1. So an edge of weight 2 counts as two edges. (DGL's layers divide by the number of neighbours,
    which is the same after its `EdgeWeightNorm`; PyG's `SAGEConv` knows no weights.) On directed graphs a node's
    neighbours are those from which it receives.

    Args:
        aggregator: `"gcn"` (default) shares one weight between a node and its neighbours; the tables of GLNN and its
            successors were made with it. `"mean"` has a weight of its own for the node itself, as in PyG. The two are
            different models: say which one a figure speaks of.
        options: those of `GNNTeacher`.

    Example:
        >>> SAGE(fanouts=(5, 10), batch_size=64).aggregator  # trained on sampled neighbourhoods
        'gcn'
        >>> SAGE(aggregator="mean", hidden=16).build(num_features=8, num_classes=3).convs[0]
        MeanConv(
          (own): Linear(8, 16, bias=True)
          (neighbours): Linear(8, 16, bias=False)
        )
    """

    name = "sage"
    provides = GNNTeacher.provides | LAYER_KEYS
    citation = "Hamilton et al., Inductive Representation Learning on Large Graphs, NeurIPS 2017"

    def __init__(self, aggregator: Literal["gcn", "mean"] = "gcn", **options: Any):
        super().__init__(**options)
        self.aggregator = aggregator
        if aggregator == "mean":  # a layer has two maps, of which no MLP's layer can be made
            self.provides = self.provides - LAYER_KEYS

    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """One SAGE layer of the chosen form."""
        kind = {"gcn": GcnAggregatorConv, "mean": MeanConv}[self.aggregator]
        return kind(in_features, out_features)
