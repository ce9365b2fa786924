"""Multi-layer perceptron: Linear, norm, ReLU, dropout per hidden layer, then a plain Linear."""

from collections.abc import Callable
from itertools import pairwise
from typing import Literal, NamedTuple

from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.dropout import relu_dropout_
from gnn2mlp.nn.linear import Linear

Norm = Literal["none", "batch", "layer"]


def make_norm(norm: Norm, width: int) -> nn.Module:
    """The normalisation layer called `norm` for activations of `width`."""
    norms: dict[Norm, Callable[[int], nn.Module]] = {
        "none": nn.Identity,
        "batch": nn.BatchNorm1d,
        "layer": nn.LayerNorm,
    }
    return norms[norm](width)


class MLPOutput(NamedTuple):
    """`logits` (rows, classes) and the last hidden activations `hidden` (rows, hidden)."""

    logits: Tensor
    hidden: Tensor

    def __repr__(self) -> str:
        return short_repr(self)


class MLP(nn.Module):
    """`layers` affine maps with `hidden` units between them (GLNN's student, Zhang et al., ICLR 2022, appendix).

    Args:
        in_features: width of the input rows.
        hidden: width of every hidden layer.
        out_features: number of classes.
        layers: number of affine maps, at least 2.
        dropout: probability that a hidden activation is dropped in training.
        norm: normalisation between map and ReLU.
        residual: every hidden layer but the first, which changes the width, adds to the activations that it reads:
            h' = h + dropout(relu(norm(h W + b))).

    Raises:
        ConfigError: if there are fewer than 2 layers, 3 of a residual one, or no hidden unit.

    Example:
        >>> import torch
        >>> logits, hidden = MLP(in_features=5, hidden=8, out_features=3, norm="batch")(torch.rand(4, 5))
        >>> logits.shape, hidden.shape
        (torch.Size([4, 3]), torch.Size([4, 8]))
    """

    def __init__(
        self,
        in_features: int,
        hidden: int,
        out_features: int,
        layers: int = 2,
        dropout: float = 0.0,
        norm: Norm = "none",
        residual: bool = False,
    ):
        if residual and layers < 3:
            raise ConfigError(f"a residual MLP adds between hidden layers and needs layers >= 3, got layers={layers}")
        if layers < 2 or hidden < 1:
            raise ConfigError(f"an MLP needs layers >= 2 and hidden >= 1, got layers={layers} and hidden={hidden}")
        super().__init__()
        widths = [in_features] + [hidden] * (layers - 1)
        self.maps = nn.ModuleList(Linear(a, b) for a, b in pairwise(widths))
        self.norms = nn.ModuleList(make_norm(norm, width) for width in widths[1:])
        self.head = Linear(widths[-1], out_features)
        self.dropout = dropout
        self.residual = residual

    def forward(self, x: Features) -> MLPOutput:
        """Map (rows, in_features) to logits and the last hidden activations."""
        h = x
        for linear, norm in zip(self.maps, self.norms, strict=True):
            made = relu_dropout_(norm(linear(h)), self.dropout, self.training)
            h = h + made if self.residual and h is not x else made  # type: ignore[operator]  # but x is dense
        return MLPOutput(self.head(h), h)  # type: ignore[arg-type]
