"""Routing by memory: an MLP with experts in every layer."""

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_share
from gnn2mlp.nn.mlp import Norm
from gnn2mlp.nn.routing import RoutedMLP, Routing
from gnn2mlp.students._base import Student


class RoutingByMemory(Student):
    """RbM (Rumiantsev and Coates, TMLR 2024, https://arxiv.org/abs/2406.11919); see `nn.routing.RoutedLinear`.

    Every layer has `experts` affine maps and a memory for each. A row goes to the `top` experts whose memories are
    nearest to it by cosine; memories follow the rows that they are given, and rows are drawn to them.

    Departures: every memory begins at a row of the first batch, and experts begin apart (paper: an MLP is trained
    first, experts are its copies, and memories the centres of k-means of what enters a layer). A memory is the mean of
    its rows by their shares (released code: by a softmax of these over rows). The scale of each expert's input, an
    option of the released code, and its term between memories, whose weight is 0 there by default, are left out. All
    experts compute, and those that a row is not given to are left out of the sum: a request costs them all.

    Memories are kept by the process that trains: several processes cannot share a table with this student.

    Args:
        hidden: width of hidden layers.
        experts: of each layer.
        top: how many of them a row is given to.
        layers: routed maps, at least 2.
        dropout: on hidden activations.
        norm: `"none"`, `"batch"` or `"layer"`, on hidden layers.
        momentum: of memories, per step.
        commitment: weight of the term that draws rows to memories.
        balance: weight of the term that has experts used alike.
        input_dropout: see `Student`.

    Example:
        >>> import torch
        >>> RoutingByMemory(hidden=8).network(4, 2)(torch.rand(5, 4)).logits.shape
        torch.Size([5, 2])
    """

    name = "routing_by_memory"
    citation = "Rumiantsev and Coates, Graph Knowledge Distillation to Mixture of Experts, TMLR 2024, arXiv 2406.11919"
    reads_sparse = True
    one_process = True

    def __init__(
        self,
        hidden: int = 128,
        experts: int = 8,
        top: int = 3,
        layers: int = 2,
        dropout: float = 0.3,
        norm: Norm = "none",
        momentum: float = 0.9,
        commitment: float = 0.05,
        balance: float = 0.01,
        input_dropout: float = 0.0,
    ):
        super().__init__(input_dropout)
        self.hidden = hidden
        self.experts = experts
        self.top = top
        self.layers = layers
        self.dropout = dropout
        self.norm = norm
        self.momentum = momentum
        self.commitment = commitment
        self.balance = balance
        check_at_least("student", 2, layers=layers)
        check_at_least("student", 1, hidden=hidden, experts=experts, top=top)
        check_at_least("student", 0, commitment=commitment, balance=balance)
        check_share("student", dropout=dropout, momentum=momentum)
        if top > experts:
            raise ConfigError(f"student.top: expected at most as many as there are experts, {experts}, got {top}")

    def build(self, num_features: int, num_classes: int) -> RoutedMLP:
        """An untrained network for these sizes."""
        routing = Routing(self.experts, self.top, self.momentum, self.commitment, self.balance)
        return RoutedMLP(num_features, self.hidden, num_classes, self.layers, self.dropout, self.norm, routing)
