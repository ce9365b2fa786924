"""How high pairs that are links rank among pairs that are none, by the convention of OGB's evaluator.

Scores are those of the positives and of one list of negatives that all of them are compared with. Ties never help: a
positive is a hit only if it scores strictly higher than the k-th best negative.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from gnn2mlp.core.errors import DataError


def hits(positive: Float[Tensor, " positives"], negative: Float[Tensor, " negatives"], k: int) -> float:
    """Hits@k: the share of positives with a score strictly above the k-th best negative (Hu et al., NeurIPS 2020).

    NaN without positives, or where a score is NaN.

    Raises:
        DataError: if there are fewer than k negatives; OGB's evaluator calls every positive a hit then.

    Example:
        >>> import torch
        >>> hits(torch.tensor([0.9, 0.5, 0.2]), torch.tensor([0.8, 0.5, 0.1]), k=2)
        0.3333333333333333
    """
    if negative.numel() < k:
        raise DataError(
            f"hits@{k}: expected at least {k} negative pairs, got {negative.numel()}; draw more (split.negatives), "
            "or choose another metric"
        )
    if not _are_comparable(positive, negative):
        return torch.nan
    return (positive > negative.topk(k).values[-1]).double().mean().item()


def mrr(positive: Float[Tensor, " positives"], negative: Float[Tensor, " negatives"]) -> float:
    """Mean over positives of 1 / rank among all negatives; of equal scores a half is taken to be ahead, as by OGB.

    NaN without positives or negatives, or where a score is NaN.

    Example:
        >>> import torch
        >>> mrr(torch.tensor([0.9, 0.5]), torch.tensor([0.8, 0.5, 0.1]))  # ranks 1, and 2 or 3
        0.7
    """
    if not negative.numel() or not _are_comparable(positive, negative):
        return torch.nan
    ascending = negative.sort().values
    higher = negative.numel() - torch.searchsorted(ascending, positive.contiguous(), right=True)
    as_high = negative.numel() - torch.searchsorted(ascending, positive.contiguous())
    return (1 / (1 + (higher + as_high).double() / 2)).mean().item()


def spearman(one: Float[Tensor, " pairs"], other: Float[Tensor, " pairs"]) -> float:
    """Correlation of the ranks of two scores of the same pairs, -1 .. 1; NaN where one of them is constant.

    Equal scores share the mean of their ranks (Spearman, 1904).

    Example:
        >>> import torch
        >>> spearman(torch.tensor([0.1, 0.2, 0.9]), torch.tensor([-3.0, 1.0, 2.0]))
        1.0
    """
    a, b = (_mean_ranks(each) for each in (one, other))
    a, b = a - a.mean(), b - b.mean()
    return ((a * b).sum() / (a.square().sum() * b.square().sum()).sqrt()).item()


def _mean_ranks(scores: Tensor) -> Tensor:
    """Float64: the rank of each score, that of equal ones the mean of theirs."""
    _, place, times = scores.unique(return_inverse=True, return_counts=True)
    ranks: Tensor = times.cumsum(0) - (times - 1).double() / 2
    return ranks[place]


def _are_comparable(positive: Tensor, negative: Tensor) -> bool:
    """Whether there are positives, and every score is a number."""
    return positive.numel() > 0 and not bool(positive.isnan().any()) and not bool(negative.isnan().any())
