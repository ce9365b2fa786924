"""MLPs whose every layer has several experts, among which rows are routed by what each expert remembers."""

from itertools import pairwise
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.nn.dropout import relu_dropout_
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mixture import mixed
from gnn2mlp.nn.mlp import MLPOutput, Norm, make_norm

_SMALLEST, _TIE = 1e-12, 1e-6


class Routing(NamedTuple):
    """How rows are routed, and what training pays for it.

    Args:
        experts: of each layer.
        top: how many experts a row is given to.
        momentum: of the memories, per step.
        commitment: weight of the term that draws a row to the memories of its experts.
        balance: weight of the squared coefficient of variation of how much experts are given.
    """

    experts: int = 8
    top: int = 3
    momentum: float = 0.9
    commitment: float = 0.05
    balance: float = 0.01


_USUAL = Routing()


class RoutedLinear(nn.Module):
    """y = s Σ_e a_e (x W_e + b_e), a the softmax of the cosines of x and the k memories that are nearest to it.

    Memories m_e are directions in the space of x: moving averages of the rows that expert e was given, weighted by a_e,
    each of length 1. They pass no gradient on and none is taken of them, nor of a by y. The first training batch gives
    each expert the direction of one of its rows.

    Args:
        in_features: width of the input.
        out_features: width of the output.
        routing: experts and what they cost.

    Raises:
        ConfigError: if a row is to go to more experts than there are, or to none.
    """

    memory: Tensor
    begun: Tensor

    def __init__(self, in_features: int, out_features: int, routing: Routing):
        if not 1 <= routing.top <= routing.experts:
            raise ConfigError(f"routing: expected top from 1 to {routing.experts} experts, got {routing.top}")
        super().__init__()
        self.routing = routing
        self.maps = Linear(in_features, routing.experts * out_features)
        self.log_scale = nn.Parameter(torch.tensor(2.0).log())
        self.register_buffer("memory", F.normalize(torch.randn(routing.experts, in_features), dim=1))
        self.register_buffer("begun", torch.tensor(False))
        self._begun = False  # known without asking a device

    def forward(self, x: Features) -> tuple[Tensor, Tensor]:
        """The output (rows, out_features), and what training pays for the routing, a scalar."""
        learning = self.training and len(x) > 0
        if learning:
            self._begin(x)
        memory = F.normalize(self.memory, dim=1)
        lengths = (x.row_lengths() if isinstance(x, CSR) else x.norm(dim=1)).clamp(min=_SMALLEST)[:, None]
        cosines = (x @ memory.T.contiguous()) / lengths
        # Of equally near ones the first, as where nothing is active: kernels and runtimes would each choose another.
        order = _TIE * torch.arange(self.routing.experts, device=cosines.device, dtype=cosines.dtype)
        best = (cosines - order).topk(self.routing.top, dim=-1).indices
        shares = torch.zeros_like(cosines).scatter(1, best, cosines.gather(1, best).softmax(-1))
        said = self.maps(x).unflatten(-1, (self.routing.experts, -1))
        output = mixed(shares.detach(), said) * self.log_scale.clamp(max=_LARGEST).exp()
        if not learning:
            return output, output.new_zeros(())
        penalty = self._penalty(shares, cosines)
        self._remember(x, shares.detach(), lengths.detach())
        return output, penalty

    def _penalty(self, shares: Tensor, cosines: Tensor) -> Tensor:
        """Commitment · mean of -Σ_e a_e cos(x, m_e) + balance · cv²(Σ_rows a_e)."""
        commitment = -(shares * cosines).sum(1).mean()
        given = shares.sum(0)
        balance = given.var() / given.mean().square() if len(given) > 1 else given.new_zeros(())
        return self.routing.commitment * commitment + self.routing.balance * balance

    @torch.no_grad()
    def _begin(self, x: Features) -> None:
        if self._begun:
            return
        if not bool(self.begun):
            chosen = torch.randperm(len(x))[torch.arange(self.routing.experts) % len(x)]
            rows = gather(x, chosen.to(self.memory.device))
            dense = rows.to_dense() if isinstance(rows, CSR) else rows
            self.memory.copy_(F.normalize(dense.detach(), dim=1))
            self.begun.fill_(True)
        self._begun = True

    @torch.no_grad()
    def _remember(self, x: Features, shares: Tensor, lengths: Tensor) -> None:
        weights = shares / lengths
        sums = x.transpose().matmul(weights) if isinstance(x, CSR) else x.detach().T @ weights
        given = shares.sum(0)
        mean = (sums / given.clamp(min=_SMALLEST)).T
        moved = self.routing.momentum * F.normalize(self.memory, dim=1) + (1 - self.routing.momentum) * mean
        self.memory.copy_(torch.where((given > 0)[:, None], F.normalize(moved, dim=1), self.memory))


_LARGEST = torch.tensor(100.0).log().item()


class RoutedMLP(nn.Module):
    """`layers` routed maps with ReLU between them (Rumiantsev and Coates, TMLR 2024).

    What routing costs enters the gradient of the logits in training, whatever is minimised of them: it is part of no
    loss that is reported.

    Args:
        in_features: width of the rows.
        hidden: width of every hidden layer.
        out_features: number of outputs.
        layers: number of routed maps, at least 2.
        dropout: on hidden activations.
        norm: between map and ReLU.
        routing: experts and what they cost.

    Example:
        >>> network = RoutedMLP(4, 8, 3, routing=Routing(experts=4, top=2))
        >>> network(torch.rand(5, 4)).logits.shape
        torch.Size([5, 3])
    """

    def __init__(
        self,
        in_features: int,
        hidden: int,
        out_features: int,
        layers: int = 2,
        dropout: float = 0.0,
        norm: Norm = "none",
        routing: Routing = _USUAL,
    ):
        if layers < 2:
            raise ConfigError(f"a routed MLP needs layers >= 2, got layers={layers}")
        super().__init__()
        widths = [in_features] + [hidden] * (layers - 1)
        self.maps = nn.ModuleList(RoutedLinear(a, b, routing) for a, b in pairwise(widths))
        self.norms = nn.ModuleList(make_norm(norm, width) for width in widths[1:])
        self.head = RoutedLinear(hidden, out_features, routing)
        self.dropout = dropout

    def forward(self, x: Features) -> MLPOutput:
        """Map (rows, in_features) to logits and the last hidden activations."""
        h, penalties = x, []
        for routed, norm in zip(self.maps, self.norms, strict=True):
            made, penalty = routed(h)
            h = relu_dropout_(norm(made), self.dropout, self.training)
            penalties.append(penalty)
        logits, penalty = self.head(h)
        if self.training:
            logits = _Charged.apply(logits, torch.stack([*penalties, penalty]).sum())  # type: ignore[no-untyped-call]
        return MLPOutput(logits, h)  # type: ignore[arg-type]


class _Charged(torch.autograd.Function):
    """The first argument; whoever goes back through it minimises the second as well."""

    @staticmethod
    def forward(ctx: Any, value: Tensor, penalty: Tensor) -> Tensor:
        ctx.like = penalty
        return value.clone()

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        return gradients[0], torch.ones_like(ctx.like)
