"""Message-passing teachers on hypergraphs: what HGNN, HGNN+ and UniGCN share."""

from abc import abstractmethod

from torch import Tensor, nn

from gnn2mlp.data.hyperedges import HyperedgeSampler, HypergraphBlock, Operators, Singletons
from gnn2mlp.data.hypergraph import HypergraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers._network import OperatorConv


class HyperConv(OperatorConv):
    """X' = B A X Θ + b: nodes to hyperedges by A, hyperedges to nodes by B, two sparse products.

    Memory and time are those of the incidences: the product B A, a graph in which every hyperedge is a clique, is never
    made. The operator, `Operators`, holds A and B.
    """


class HypergraphTeacher(GNNTeacher):
    """A message-passing teacher on a hypergraph, trained on all of it at once.

    Subclasses supply `operators`. Defaults are those of LightHGNN (Feng et al., ICLR 2024), which trains all epochs
    and keeps the best by validation.

    Args:
        hidden: width of hidden layers.
        layers: number of message-passing layers, at least 2.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        lr: learning rate of Adam.
        weight_decay: L2 penalty in Adam's gradient.
        epochs: at most this many.
        patience: stop after this many epochs in a row of which none was kept, by the rule of `nn.selection.Selection`.
        singletons: `"isolated"` gives nodes that lie in no hyperedge one of their own, without which they would be
            answered with the bias alone; `"all"` gives one to every node, as UniGNN's released code does.
    """

    reads = HypergraphData

    def __init__(
        self,
        hidden: int = 32,
        layers: int = 2,
        dropout: float = 0.5,
        norm: Norm = "none",
        lr: float = 0.01,
        weight_decay: float = 5e-4,
        epochs: int = 200,
        patience: int = 200,
        singletons: Singletons = "isolated",
    ):
        super().__init__(hidden, layers, dropout, norm, lr, weight_decay, epochs, patience)
        self.singletons = singletons

    @staticmethod
    @abstractmethod
    def operators(block: HypergraphBlock) -> Operators:
        """From sources to hyperedges (hyperedges, sources), and from hyperedges to targets (targets, hyperedges)."""

    def conv(self, in_features: int, out_features: int, last: bool) -> nn.Module:
        """One hypergraph convolution."""
        return HyperConv(in_features, out_features, type(self).operators)

    def sampler(self, graph: NodeData) -> HyperedgeSampler:
        """Makes blocks of the hypergraph."""
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
