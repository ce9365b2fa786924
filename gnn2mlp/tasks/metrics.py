"""Figures of merit on tensors, as scikit-learn defines them.

Functions of several classes or labels average over those for which a figure is defined, and are NaN if there is none.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor


def accuracy(logits: Float[Tensor, "rows classes"], labels: Int[Tensor, " rows"]) -> float:
    """Share of rows whose largest logit is at their label; in 0..1."""
    return (logits.argmax(-1) == labels).double().mean().item()


def agreement(student: Float[Tensor, "rows classes"], teacher: Float[Tensor, "rows classes"]) -> float:
    """Fidelity: share of rows on which both find the same class likeliest (Stanton et al., NeurIPS 2021); in 0..1."""
    return accuracy(student, teacher.argmax(-1))


def roc_auc(score: Float[Tensor, " rows"], positive: Bool[Tensor, " rows"]) -> float:
    """Probability that a positive row scores higher than a negative one, ties counting one half; NaN without either.

    Example:
        >>> import torch
        >>> roc_auc(torch.tensor([0.1, 0.4, 0.35, 0.8]), torch.tensor([False, False, True, True]))
        0.75
    """
    _, hits, misses = _by_value(score, positive)
    below = misses.cumsum(0) - misses
    return ((hits * (below + misses / 2)).sum() / (hits.sum() * misses.sum())).item()


def average_precision(score: Float[Tensor, " rows"], positive: Bool[Tensor, " rows"]) -> float:
    """Mean over positive rows of the precision among the rows that score at least as high; NaN without any.

    Example:
        >>> import torch
        >>> round(average_precision(torch.tensor([0.1, 0.4, 0.35, 0.8]), torch.tensor([False, False, True, True])), 4)
        0.8333
    """
    _, hits, misses = (each.flip(0) for each in _by_value(score, positive))
    precision = hits.cumsum(0) / (hits + misses).cumsum(0)
    return ((hits * precision).sum() / hits.sum()).item()


def confusion(
    predicted: Int[Tensor, " rows"], labels: Int[Tensor, " rows"], classes: int
) -> Float[Tensor, "true said"]:
    """How many rows of each class are said to be of each class."""
    counts = torch.bincount(labels * classes + predicted, minlength=classes * classes)
    return counts.double().view(classes, classes)


def balanced_accuracy(counts: Float[Tensor, "true said"]) -> float:
    """Mean over the classes that occur of their recall, from `confusion`."""
    size = counts.sum(1)
    return (counts.diagonal() / size)[size > 0].mean().item()


def macro_f1(counts: Float[Tensor, "true said"]) -> float:
    """Mean over the classes that occur, or are said to, of 2 TP / (2 TP + FP + FN), from `confusion`."""
    both = counts.sum(0) + counts.sum(1)
    return (2 * counts.diagonal() / both)[both > 0].mean().item()


def r2(values: Float[Tensor, "rows targets"], truth: Float[Tensor, "rows targets"]) -> float:
    """Mean over targets of 1 - Σ (y - ŷ)² / Σ (y - ȳ)², NaNs of `truth` left out; a constant target does not count."""
    there = ~truth.isnan()
    error = (values - truth).double().square().where(there, 0).sum(0)
    spread = (truth - truth.nanmean(0)).double().square().where(there, 0).sum(0)
    return (1 - error / spread)[spread > 0].mean().item()


def mean_over(values: list[float]) -> float:
    """Mean of those that are defined; NaN if there is none."""
    return torch.tensor(values, dtype=torch.float64).nanmean().item()


DECISIONS = ("f1", "macro_f1", "balanced_accuracy", "accuracy")


def best_threshold(probability: Float[Tensor, " rows"], positive: Bool[Tensor, " rows"], metric: str = "f1") -> float:
    """The threshold with the best `metric` if rows from it upwards are called positive.

    It lies half-way between two probabilities that occur, so that rounding does not move a row across; of equally good
    ones it is the highest.

    Args:
        probability: of being positive, 0..1.
        positive: the truth.
        metric: one of `DECISIONS`; `"f1"` is that of the positive rows.
    """
    chosen, hits, misses = (each.flip(0) for each in _by_value(probability.double(), positive))
    merit = _merits(metric, hits.cumsum(0), misses.cumsum(0), hits.sum(), misses.sum())
    lower = torch.cat([chosen[1:], chosen.new_zeros(1)])
    best = int(merit.argmax())
    return float((chosen[best] + lower[best]) / 2)


def _merits(metric: str, tp: Tensor, fp: Tensor, positives: Tensor, negatives: Tensor) -> Tensor:
    """`metric` for each threshold, given how many rows are rightly and wrongly called positive."""
    tn = negatives - fp
    if metric == "accuracy":
        return (tp + tn) / (positives + negatives)
    if metric == "balanced_accuracy":
        return (tp / positives + tn / negatives) / 2
    f1 = 2 * tp / (tp + fp + positives)
    return f1 if metric == "f1" else (f1 + 2 * tn / (tn + negatives + positives - tp)) / 2


def _by_value(score: Tensor, positive: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The scores that occur, ascending, and how many positive and negative rows have each of them, float64."""
    values, place = score.unique(return_inverse=True)
    hits = torch.bincount(place, weights=positive.double(), minlength=values.numel())
    return values, hits, torch.bincount(place, minlength=values.numel()) - hits
