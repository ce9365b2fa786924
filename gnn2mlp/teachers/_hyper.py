"""Message-passing teachers on hypergraphs: what HGNN, HGNN+ and UniGCN share."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from gnn2mlp.data.hyperedges import HyperedgeSampler, HypergraphBlock, Operators, Singletons
from gnn2mlp.data.hypergraph import HypergraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.linear import Linear
from gnn2mlp.teachers._layered import LayeredTeacher
from gnn2mlp.teachers._operators import propagate

Make = Callable[[HypergraphBlock], Operators]


class HyperConv(nn.Module):
    """X' = B A X Θ + b: nodes to hyperedges by A, hyperedges to nodes by B, two sparse products.

    Memory and time are those of the incidences: the product B A, a graph in which every hyperedge is a clique, is never
    made.

    Args:
        in_features: width of X.
        out_features: width of X'.
        make: gives A and B of a block.
    """

    def __init__(self, in_features: int, out_features: int, make: Make):
        super().__init__()
        self.make = make
        self.map = Linear(in_features, out_features, bias=False, init="glorot")
        self.bias = nn.Parameter(torch.zeros(out_features))

    def forward(self, x: Features, block: HypergraphBlock) -> Tensor:
        """Map (sources, in_features) to (targets, out_features)."""
        return propagate(block, self.make, x, self.map.weight, self.bias)


class HypergraphTeacher(LayeredTeacher):
    """A message-passing teacher on a hypergraph, trained on all of it at once.

    Subclasses supply `operators`. Defaults are those of LightHGNN (Feng et al., ICLR 2024), which trains all epochs
    and keeps the best by validation.

    Args:
        hidden: width of hidden layers.
        patience: stop after this many epochs without an equal or better validation accuracy.
        singletons: `"isolated"` gives nodes that lie in no hyperedge one of their own, without which they would be
            answered with the bias alone; `"all"` gives one to every node, as UniGNN's released code does.
        options: the others of `LayeredTeacher`.
    """

    reads = HypergraphData

    def __init__(self, hidden: int = 32, patience: int = 200, singletons: Singletons = "isolated", **options: Any):
        super().__init__(hidden=hidden, patience=patience, **options)
        self.singletons = singletons

    @staticmethod
    @abstractmethod
    def operators(block: HypergraphBlock) -> Operators:
        """From sources to hyperedges (hyperedges, sources), and from hyperedges to targets (targets, hyperedges)."""

    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """One hypergraph convolution."""
        return HyperConv(in_features, out_features, type(self).operators)

    def sampler(self, graph: NodeData) -> HyperedgeSampler:
        """Cuts blocks out of the hypergraph."""
        self.check_reads(graph)
        assert isinstance(graph, HypergraphData), "checked above"
        return HyperedgeSampler(graph, self.singletons)


def scaled(pattern: CSR, rows: Tensor, columns: Tensor | None = None) -> CSR:
    """diag(rows) M diag(columns) of a pattern M; without `columns` diag(rows) M."""
    values = rows[pattern.row_ids()]
    return pattern.with_values(values if columns is None else values * columns[pattern.indices])


def sizes(block: HypergraphBlock) -> Tensor:
    """Number of members of each hyperedge, D_e: float (hyperedges,)."""
    return block.members.indptr.diff().to(block.weight.dtype)
