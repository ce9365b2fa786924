"""Several networks as one, which answers with the average of what they say."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import Features
from gnn2mlp.nn.mlp import MLPOutput

Outputs = Literal["classes", "labels", "values"]
"""What outputs stand for: one distribution over classes, the odds of several labels, or plain numbers."""


class Averaged(nn.Module):
    """Networks of the same outputs, averaged: q(x) = Σ_k w_k q_k(x), Σ_k w_k = 1.

    Of classes q_k are the probabilities that network k gives, and the logits of the whole are log q(x), so that their
    softmax is the average again. Of several labels the probability of each is averaged, and the logits are its log
    odds; of numbers the outputs themselves are. `MLPOutput.hidden` holds the hidden activations of all side by side.

    Args:
        modules: the networks; each gives an `MLPOutput` of the same number of outputs.
        weights: w, at least 0, one for each network; they are divided by their sum. Default: all alike. They are a part
            of the state and are not trained.
        outputs: `"classes"`, `"labels"` or `"values"`.

    Raises:
        ConfigError: without a network, for weights that are not as many, are negative or all zero.

    Example:
        >>> from gnn2mlp.nn.mlp import MLP
        >>> both = Averaged([MLP(4, 8, 3), MLP(4, 8, 3)], weights=[3, 1]).eval()
        >>> rows = torch.rand(2, 4)
        >>> first, second = (each(rows).logits.softmax(-1) for each in both.members)
        >>> torch.allclose(both(rows).logits.exp(), 0.75 * first + 0.25 * second)
        True
        >>> both(rows).hidden.shape
        torch.Size([2, 16])
    """

    weights: Tensor

    def __init__(
        self, modules: Iterable[nn.Module], weights: Sequence[float] | None = None, outputs: Outputs = "classes"
    ):
        super().__init__()
        self.members = nn.ModuleList(modules)
        self.outputs: Outputs = outputs
        self.register_buffer("weights", _shares(weights, len(self.members)))

    def forward(self, x: Features) -> MLPOutput:
        """Map (rows, in_features) to logits (rows, classes) and hidden activations (rows, members * hidden)."""
        said = [member(x) for member in self.members]
        logits = average(torch.stack([each.logits for each in said]), self.weights, self.outputs)
        return MLPOutput(logits, torch.cat([each.hidden for each in said], dim=-1))


def average(
    logits: Float[Tensor, "members rows outputs"], weights: Float[Tensor, " members"], outputs: Outputs
) -> Float[Tensor, "rows outputs"]:
    """The logits of the weighted average of what each member's logits stand for; weights sum to 1.

    Example:
        >>> said = torch.tensor([[[0.9, 0.1]], [[0.5, 0.5]]]).log()
        >>> average(said, torch.tensor([0.5, 0.5]), "classes").exp()
        tensor([[0.7000, 0.3000]])
        >>> average(said.exp(), torch.tensor([0.5, 0.5]), "values")
        tensor([[0.7000, 0.3000]])
    """
    return _AVERAGES[outputs](logits, weights.to(logits.dtype)[:, None, None])


def _of_classes(logits: Tensor, weights: Tensor) -> Tensor:
    return (logits.log_softmax(-1) + weights.log()).logsumexp(0)


def _of_labels(logits: Tensor, weights: Tensor) -> Tensor:
    """Log odds: the logarithm of the mean probability of yes, less that of no, neither of them rounded to 0."""
    yes, no = (F.logsigmoid(each) + weights.log() for each in (logits, -logits))
    return yes.logsumexp(0) - no.logsumexp(0)


def _of_values(logits: Tensor, weights: Tensor) -> Tensor:
    return (logits * weights).sum(0)


_AVERAGES: dict[Outputs, Callable[[Tensor, Tensor], Tensor]] = {
    "classes": _of_classes,
    "labels": _of_labels,
    "values": _of_values,
}


def _shares(weights: Sequence[float] | None, count: int) -> Tensor:
    if not count:
        raise ConfigError("averaged: expected at least one network, got none")
    given = torch.ones(count) if weights is None else torch.as_tensor(weights, dtype=torch.get_default_dtype())
    if given.shape != (count,) or not bool((given >= 0).all()) or not 0 < given.sum().item() < float("inf"):
        raise ConfigError(
            f"averaged: expected a weight of at least 0 for each of {count} networks, not all of them 0, got "
            f"{given.tolist()}"
        )
    return given / given.sum()
