"""How unreliable a teacher is at each node, and how often such a node should teach its neighbours."""

from collections.abc import Iterable
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from gnn2mlp.core.errors import ConfigError

ReliabilityForm = Literal["squared", "absolute"]

# α is looked for between these: 1 - ρ^α is then nearly flat on one side, nearly a step on the other.
_LOWEST, _HIGHEST = 1e-2, 1e2


def reliability_scores(
    shifts: Float[Tensor, "nodes draws"], form: ReliabilityForm = "squared"
) -> Float[Tensor, " nodes"]:
    """ρ in 0..1: mean over draws of the squared or absolute shift, divided by its largest value over nodes."""
    size = shifts.square() if form == "squared" else shifts.abs()
    rho: Tensor = size.mean(dim=1)
    return rho / rho.max().clamp(min=1e-12) if rho.numel() else rho


def first_draws(shifts: Tensor, draws: int | None, objective: str) -> Tensor:
    """The first so many columns of `shifts` (nodes, draws), all where `draws` is `None`.

    Raises:
        ConfigError: if fewer were written down; an average over those would pass for one over more.
    """
    _check_written(objective, draws, shifts.size(1))
    return shifts[:, :draws]


def check_draws(terms: Iterable[tuple[float, Any]], written: int) -> None:
    """Raise `ConfigError` if a term of an objective averages more draws of noise than the teacher is to write down."""
    for weight, term in terms:
        if weight and "entropy_shift" in term.needs:
            _check_written(term.name, getattr(term, "draws", None), written)


def _check_written(objective: str, draws: int | None, written: int) -> None:
    if draws is not None and draws > written:
        raise ConfigError(
            f"{objective}.draws: expected at most the {written} draws that the teacher writes down, got {draws}; lower "
            f"it, or write down more (export.draws={draws})"
        )


def sampling_probability(rho: Float[Tensor, " nodes"], alpha: float) -> Float[Tensor, " nodes"]:
    """1 - ρ^α (KRD, Wu et al., ICML 2023, equation 5): 1 for the most reliable node, 0 for the least."""
    return 1 - rho.pow(alpha)


def fit_alpha(rho: Float[Tensor, " nodes"], agrees: Bool[Tensor, " nodes"], bins: int) -> float | None:
    """The α with which 1 - ρ^α follows how often student and teacher agree, by least squares.

    Nodes are sorted into `bins` bins of equal width; the shares of agreement are scaled so that the bins with the
    largest and the smallest share have 1 and 0, and compared at the bins' centres. Bins are weighed by their nodes, as
    the share of a bin of two is hardly known, and empty ones do not count. The released code counts them as bins in
    which nobody agrees, weighs all alike, and reads the curve two bins further right (0.05 in place of half a bin).

    Args:
        rho: in 0..1.
        agrees: whether student and teacher predict the same class.
        bins: number of bins.

    Returns:
        α in 0.01..100, or `None` where the shares of all bins are equal and so tell nothing.
    """
    # It ends on the CPU, and sums of weights have no order on a GPU.
    rho, agrees = rho.cpu(), agrees.cpu()
    place = (rho * bins).long().clamp(max=bins - 1)
    count = torch.bincount(place, minlength=bins).double()
    share = torch.bincount(place, weights=agrees.double(), minlength=bins) / count.clamp(min=1)
    filled = count > 0
    if not filled.any() or share[filled].max() == share[filled].min():
        return None
    low, high = share[filled].min(), share[filled].max()
    wanted = ((share[filled] - low) / (high - low)).numpy()
    centre = ((torch.arange(bins)[filled] + 0.5) / bins).numpy()
    return _least_squares(centre, wanted, (count[filled] / count.sum()).numpy())


def _least_squares(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> float:
    """The α that minimises Σ weight · (1 - x^α - y)²: the best of a grid of logarithms, then between its neighbours."""
    from scipy.optimize import minimize_scalar

    def error(log_alpha: float) -> float:
        return float((weight * (1 - x ** np.exp(log_alpha) - y) ** 2).sum())

    grid = np.linspace(np.log(_LOWEST), np.log(_HIGHEST), 93)
    best = int(np.argmin([error(value) for value in grid]))
    bounds = (grid[max(0, best - 1)], grid[min(len(grid) - 1, best + 1)])
    return float(np.exp(minimize_scalar(error, bounds=bounds, method="bounded").x))
