"""Several MLPs of which a gate takes a share each, row by row."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.mlp import MLPOutput


class Mixture(nn.Module):
    """y(x) = Σ_e g_e(x) f_e(x) with g = softmax((x W + b + noise) / τ): experts f_e, mixed by what a gate says of x.

    Logits are mixed, and the hidden activations of experts likewise. With `gumbel`, each training step adds a draw of
    the standard Gumbel distribution to every score of the gate, so that experts are tried; evaluation adds none, and
    answers alike each time (Chernov, (GG) MoE vs. MLP on Tabular Data, 2025, averages over draws there).

    Args:
        in_features: width of the rows.
        experts: networks of equal sizes.
        temperature: τ; the lower, the fewer experts share a row.
        gumbel: whether training adds noise.

    Raises:
        ConfigError: without an expert.

    Example:
        >>> from gnn2mlp.nn.mlp import MLP
        >>> mixture = Mixture(4, [MLP(4, 8, 3) for _ in range(2)]).eval()
        >>> rows = torch.rand(5, 4)
        >>> shares, said = mixture.shares(rows), [expert(rows).logits for expert in mixture.experts]
        >>> torch.allclose(mixture(rows).logits, shares[:, :1] * said[0] + shares[:, 1:] * said[1])
        True
    """

    def __init__(self, in_features: int, experts: Iterable[nn.Module], temperature: float = 1.0, gumbel: bool = False):
        super().__init__()
        self.experts = nn.ModuleList(experts)
        if not len(self.experts):
            raise ConfigError("mixture: expected at least one expert, got none")
        self.gate = Linear(in_features, len(self.experts))
        self.temperature = temperature
        self.gumbel = gumbel

    def shares(self, x: Features) -> Tensor:
        """How much each expert takes of each row, (rows, experts), each at least 0, with the sum 1."""
        scores: Tensor = self.gate(x)
        if self.gumbel and self.training:
            # -log of an exponential variable; the smallest that a float has is no obstacle to the softmax.
            scores = scores - torch.empty_like(scores).exponential_().clamp(min=torch.finfo(scores.dtype).tiny).log()
        return (scores / self.temperature).softmax(-1)

    def forward(self, x: Features) -> MLPOutput:
        """Map (rows, in_features) to mixed logits (rows, outputs) and hidden activations (rows, hidden)."""
        shares = self.shares(x)
        said = [expert(x) for expert in self.experts]
        logits, hidden = (mixed(shares, torch.stack(parts, 1)) for parts in zip(*said, strict=True))
        return MLPOutput(logits, hidden)


def mixed(shares: Tensor, said: Tensor) -> Tensor:
    """Σ_e shares[:, e] · said[:, e], of (rows, experts) and (rows, experts, width).

    Example:
        >>> mixed(torch.tensor([[0.25, 0.75]]), torch.tensor([[[4.0], [8.0]]]))
        tensor([[7.]])
    """
    return (shares[:, :, None] * said).sum(1)
