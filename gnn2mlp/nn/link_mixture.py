"""Several networks of links as one: embeddings side by side, and a gate that mixes the scores of a pair."""

from collections.abc import Iterable
from typing import TypeVar

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.dropout import relu_dropout_
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLPOutput

M = TypeVar("M", bound="_Frozen")


class _Frozen(nn.Module):
    """Its parts stay in evaluation mode in training where they are frozen."""

    frozen: bool

    def __init__(self, parts: nn.ModuleList, frozen: bool):
        super().__init__()
        self.frozen = frozen
        self.parts = parts.requires_grad_(not frozen)

    def train(self: M, mode: bool = True) -> M:
        """Switch to training or evaluation, but for what is frozen."""
        super().train(mode)
        self.parts.train(mode and not self.frozen)
        return self


class SideBySide(_Frozen):
    """The outputs of several networks beside each other, of one row each.

    Args:
        parts: networks that read rows of one width.
        frozen: they take no gradient and drop nothing in training.

    Raises:
        ConfigError: without any.

    Example:
        >>> from gnn2mlp.nn.mlp import MLP
        >>> SideBySide([MLP(4, 8, 3), MLP(4, 8, 2)])(torch.rand(5, 4)).logits.shape
        torch.Size([5, 5])
    """

    def __init__(self, parts: Iterable[nn.Module], frozen: bool = False):
        super().__init__(nn.ModuleList(parts), frozen)
        if not len(self.parts):
            raise ConfigError("networks side by side: expected at least one, got none")

    def forward(self, x: Features) -> MLPOutput:
        """Map rows (rows, features) to the outputs of all parts, as `logits` and as `hidden`."""
        outputs = torch.cat([part(x).logits for part in self.parts], dim=1)
        return MLPOutput(outputs, outputs)


class GatedDecoder(_Frozen):
    """s(u, v) = Σ_h w_h(u, v) s_h(u, v): the scores of several decoders, of which a gate takes what it needs.

    Decoder h reads its own part z_h of both embeddings. The gate w is an MLP of one hidden layer on the product of the
    whole embeddings, so that it is symmetric as the decoders are. Its shares may be of any sign and size, so that a
    penalty can take one to zero; before training each is 1 / number of decoders, the plain mean.

    Args:
        decoders: `decoder(z_u, z_v)` gives logits (pairs,).
        width: of the part of an embedding that each reads.
        hidden: units of the gate.
        dropout: on these, in training.
        frozen: the decoders take no gradient and drop nothing in training; the gate alone learns.

    Raises:
        ConfigError: without a decoder.

    Example:
        >>> from gnn2mlp.decoders import Dot
        >>> gated = GatedDecoder([Dot().build(2), Dot().build(2)], width=2, hidden=4).eval()
        >>> u, v = torch.tensor([[1.0, 0.0, 3.0, 0.0]]), torch.tensor([[1.0, 1.0, 1.0, 1.0]])
        >>> gated(u, v).tolist()  # untrained, the mean of 1 and 3
        [2.0]
    """

    def __init__(
        self,
        decoders: Iterable[nn.Module],
        width: int,
        hidden: int = 64,
        dropout: float = 0.5,
        frozen: bool = False,
    ):
        super().__init__(nn.ModuleList(decoders), frozen)
        if not len(self.parts):
            raise ConfigError("gated decoder: expected at least one decoder, got none")
        self.width = width
        self.dropout = dropout
        count = len(self.parts)
        self.map, self.head = Linear(count * width, hidden), Linear(hidden, count)
        nn.init.zeros_(self.head.weight)
        nn.init.constant_(self.head.bias, 1 / count)  # type: ignore[arg-type]  # it has one by default

    def shares(self, u: Tensor, v: Tensor) -> Tensor:
        """w, (pairs, decoders): what each decoder's logit is multiplied with."""
        shares: Tensor = self.head(relu_dropout_(self.map(u * v), self.dropout, self.training))
        return shares

    def forward(self, u: Tensor, v: Tensor) -> Tensor:
        """Map embeddings (pairs, decoders times width) of both ends to logits (pairs,)."""
        ends = zip(u.split(self.width, 1), v.split(self.width, 1), strict=True)
        said = [decoder(*parts) for decoder, parts in zip(self.parts, ends, strict=True)]
        return (self.shares(u, v) * torch.stack(said, dim=1)).sum(1)
