"""An MLP with two maps for each layer of a message-passing network: one for its map, one for its propagation."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn

from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.dropout import relu_dropout_
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLP, MLPOutput, Norm, make_norm

Start = Literal["identity", "random"]


class LayeredMLP(MLP):
    """For each of `layers` layers a map (its feature transformation) and a square one (its propagation), as in TINED.

    Norm, ReLU and dropout follow every map but the last one. It is an MLP whose hidden layers differ in width, and is
    folded and exported as such; `MLPOutput.hidden` is what enters the transformation of the last layer.

    Args:
        in_features: width of the input rows.
        hidden: width of hidden layers.
        out_features: number of classes.
        layers: of the network that it stands for, at least 2.
        dropout: probability that a hidden activation is dropped in training.
        norm: normalisation between map and ReLU.
        start: what the maps of propagations begin as: the identity, or at random like all others.
        slow: learning rate of the transformations, as a share of that of the rest.

    Example:
        >>> module = LayeredMLP(in_features=5, hidden=8, out_features=3)
        >>> [tuple(step.weight.shape) for step in [*module.maps, module.head]]
        [(5, 8), (8, 8), (8, 3), (3, 3)]
        >>> module(torch.rand(4, 5)).hidden.shape
        torch.Size([4, 8])
    """

    def __init__(
        self,
        in_features: int,
        hidden: int,
        out_features: int,
        layers: int = 2,
        dropout: float = 0.0,
        norm: Norm = "none",
        start: Start = "identity",
        slow: float = 1.0,
    ):
        nn.Module.__init__(self)
        ends = [in_features, *[hidden] * (layers - 1), out_features]
        steps = [step for a, b in pairwise(ends) for step in (Linear(a, b), Linear(b, b))]
        *maps, head = steps
        self.maps = nn.ModuleList(maps)
        self.norms = nn.ModuleList(make_norm(norm, each.out_features) for each in maps)
        self.head = head
        self.dropout = dropout
        self.residual = False
        self.slow = slow
        if start == "identity":
            for step in steps[1::2]:
                step.replace_weight(torch.eye(step.in_features))
                nn.init.zeros_(step.bias)  # type: ignore[arg-type]  # it has one

    @property
    def transformations(self) -> list[Linear]:
        """The maps that stand for those of the layers, first layer first."""
        return [each for each in [*self.maps, self.head][::2] if isinstance(each, Linear)]

    @torch.no_grad()
    def inject(self, weights: list[Tensor], biases: list[Tensor]) -> None:
        """Begin with the maps of a network's layers.

        Args:
            weights: (width in, width out) of each layer. Rows that this network reads beyond those of the first one
                keep what they began with.
            biases: (width out,) of each layer.
        """
        for step, weight, bias in zip(self.transformations, weights, biases, strict=True):
            step.weight[: weight.size(0)] = weight
            assert step.bias is not None, "it has one"
            step.bias.copy_(bias)

    def learning_rates(self) -> Mapping[nn.Parameter, float]:
        """Parameters that learn at another rate than the rest, and the share of it."""
        slow = [parameter for step in self.transformations for parameter in step.parameters()]
        return {} if self.slow == 1 else dict.fromkeys(slow, self.slow)

    def forward(self, x: Features) -> MLPOutput:
        """Map (rows, in_features) to logits and the activations (rows, hidden) that enter the last layer."""
        *_, (entering, _), (_, logits) = self.steps(x)
        return MLPOutput(logits, entering)  # type: ignore[arg-type]  # features enter the first layer alone

    def steps(self, x: Features) -> list[tuple[Features, Tensor]]:
        """What enters and what leaves each map, first to last."""
        h, found = x, []
        for linear, norm in zip(self.maps, self.norms, strict=True):
            mapped = linear(h)
            found.append((h, mapped))
            normed = norm(mapped)
            # ReLU works in place, and what left the map is looked at.
            h = relu_dropout_(normed.clone() if normed is mapped else normed, self.dropout, self.training)
        return [*found, (h, self.head(h))]
