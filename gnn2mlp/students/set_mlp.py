"""A student of whole graphs: it reads the nodes' features as a set, and no edge."""

import functools

from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.nn.mlp import MLP, Norm
from gnn2mlp.nn.set_network import SetNetwork, SetPooling, pooled_width
from gnn2mlp.students._base import Student, dropped


class SetMLP(Student):
    """An MLP on each node's own features, a pool over the nodes of a graph, an MLP on what is pooled (Deep Sets).

    What a pool over nodes cannot tell apart, it cannot: graphs of the same nodes with other edges are one to it. It
    counts no edges and knows no degree, unless a column of the nodes says it. `"sum"` and `"size"` see how large a
    graph is, `"mean"` and `"max"` do not.

    Args:
        hidden: width of hidden layers, of the embedding of a node, and of what is pooled.
        layers: affine maps before the pool, at least 2.
        head_layers: affine maps after it, at least 2.
        pool: `"mean+size"`: the mean, and the logarithm of the number of nodes, which alone tells much on molecules;
            `"mean+max+size"`, which tells a single odd node as well; `"mean"`, `"sum"` or `"max"`.
        dropout: on hidden activations; by default none, as on a fold of nci1 it cost five points of ROC-AUC
            (`benchmarks/GRAPH_STUDENTS.md`).
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        input_dropout: share of the values of a node's row that each training step drops; see `Student`.

    Raises:
        ConfigError: for an option that cannot be.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn import NodeSets
        >>> module = SetMLP(hidden=16).build(num_features=4, num_classes=3)
        >>> two = NodeSets(torch.eye(4), torch.tensor([0, 0, 0, 1]), num_sets=2)
        >>> module(two).logits.shape
        torch.Size([2, 3])
    """

    name = "set_mlp"
    citation = "Zaheer et al., Deep Sets, NeurIPS 2017"
    unit = "graph"
    reads_sparse = True

    def __init__(
        self,
        hidden: int = 128,
        layers: int = 2,
        head_layers: int = 2,
        pool: SetPooling = "mean+size",
        dropout: float = 0.0,
        norm: Norm = "none",
        input_dropout: float = 0.0,
    ):
        super().__init__(input_dropout)
        self.hidden = hidden
        self.layers = layers
        self.head_layers = head_layers
        self.pool: SetPooling = pool
        self.dropout = dropout
        self.norm = norm
        check_at_least("student", 2, layers=layers, head_layers=head_layers)
        check_at_least("student", 1, hidden=hidden)
        check_share("student", dropout=dropout)

    def build(self, num_features: int, num_classes: int) -> SetNetwork:
        """An untrained network for node rows of this width."""
        embed = MLP(num_features, self.hidden, self.hidden, self.layers, self.dropout, self.norm)
        head = MLP(
            pooled_width(self.pool, self.hidden), self.hidden, num_classes, self.head_layers, self.dropout, self.norm
        )
        return SetNetwork(embed, head, self.pool)

    def network(self, num_features: int, num_classes: int) -> SetNetwork:
        """What is trained and shipped; values are dropped of nodes' rows, before they are a set."""
        module = self.build(num_features, num_classes)
        if self.input_dropout:
            module.embed.register_forward_pre_hook(functools.partial(dropped, self.input_dropout))
        return module
