"""Whether a score tells a model's right answers from its wrong ones: selective prediction.

Nodes of equal score are in no order: wherever they are counted, each is as right as all of them are on average, so no
figure depends on how ties are broken.
"""

import math
from itertools import pairwise
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from gnn2mlp.evaluate.intervals import NORMAL_QUANTILE

BINS = 10


class Trust(NamedTuple):
    """How far a score can be believed; `None` where it is undefined.

    Args:
        nodes: how many were judged.
        auroc: probability that a right answer scores above a wrong one; undefined without either of them.
        area: mean of the accuracy on the k most trusted nodes over k = 1..nodes, which is 1 - AURC (Geifman et al.,
            ICLR 2019): 1 at best, the accuracy over all nodes for a score that knows nothing.
        top_half: accuracy on the better half of the nodes, by score.
        top_tenth: accuracy on the best tenth.
        bottom_tenth: accuracy on the worst tenth.
        score: mean score of each bin of equally many nodes, lowest first; 0 where empty.
        accuracy: of each bin; 0 where empty.
        count: nodes of each bin.
    """

    nodes: int
    auroc: float | None
    area: float | None
    top_half: float | None
    top_tenth: float | None
    bottom_tenth: float | None
    score: list[float]
    accuracy: list[float]
    count: list[int]  # type: ignore[assignment]  # the word of results.json; the tuple's own method is not missed


def trust(score: Float[Tensor, " nodes"], right: Bool[Tensor, " nodes"], bins: int = BINS) -> Trust:
    """All figures of one score.

    Args:
        score: higher where the model is to be trusted more.
        right: whether its answer is.
        bins: k holds the nodes between the quantiles k / bins and (k + 1) / bins of the score.
    """
    nodes = right.numel()
    ranked = _shared(score, right)[score.argsort(descending=True, stable=True)]
    half, tenth = -(-nodes // 2), -(-nodes // 10)
    return Trust(
        nodes,
        auroc(score, right),
        _mean(accuracy_by_coverage(score, right)),
        _mean(ranked[:half]),
        _mean(ranked[:tenth]),
        _mean(ranked[nodes - tenth :]),
        *_by_quantile(score, right, bins),
    )


def auroc(score: Float[Tensor, " nodes"], right: Bool[Tensor, " nodes"]) -> float | None:
    """Probability that a right answer scores above a wrong one, ties counting half: Mann-Whitney's U, divided by pairs.

    `None` if no answer is right or none is wrong.
    """
    rank = _mid_ranks(score)
    positive = int(right.sum())
    pairs = positive * (right.numel() - positive)
    return (rank[right].sum().item() - positive * (positive + 1) / 2) / pairs if pairs else None


def auroc_interval(
    score: Float[Tensor, " nodes"], right: Bool[Tensor, " nodes"]
) -> tuple[float, float] | tuple[None, None]:
    """The 95 % interval of `auroc` over nodes like these; `None` twice where it is undefined.

    By the variance of DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988: how much the share of wrong answers below
    each right one varies, and of right answers above each wrong one. On the scale of log odds, so that it stays within
    0 and 1; where all pairs are in order the interval has no width.

    Example:
        >>> score, right = torch.arange(40.0), torch.arange(40) % 3 > 0
        >>> low, high = auroc_interval(score, right)
        >>> f"{low:.2f} to {high:.2f}, around {auroc(score, right):.2f}"
        '0.31 to 0.69, around 0.50'
    """
    value = auroc(score, right)
    if value is None:
        return None, None
    ranks, (above, below) = _mid_ranks(score), (score[right], score[~right])
    wins = (ranks[right] - _mid_ranks(above)) / below.numel()
    losses = 1 - (ranks[~right] - _mid_ranks(below)) / above.numel()
    variance = sum(part.var(correction=1).item() / part.numel() for part in (wins, losses) if part.numel() > 1)
    if not variance or not 0 < value < 1:
        return value, value
    middle, reach = math.log(value / (1 - value)), NORMAL_QUANTILE * math.sqrt(variance) / (value * (1 - value))
    low, high = (1 / (1 + math.exp(-(middle + sign * reach))) for sign in (-1, 1))
    return low, high


def _mid_ranks(score: Float[Tensor, " nodes"]) -> Float[Tensor, " nodes"]:
    """Ranks from 1; of equal scores their mean."""
    _, place, size = score.unique(return_inverse=True, return_counts=True)
    ranks: Tensor = (size.cumsum(0) - (size - 1) / 2.0).double()[place]
    return ranks


def accuracy_by_coverage(score: Float[Tensor, " nodes"], right: Bool[Tensor, " nodes"]) -> Float[Tensor, " nodes"]:
    """Accuracy on the k nodes of the highest score, at k - 1; float64."""
    order = score.argsort(descending=True, stable=True)
    return _shared(score, right)[order].cumsum(0) / torch.arange(1, right.numel() + 1)


def _by_quantile(
    score: Float[Tensor, " nodes"], right: Bool[Tensor, " nodes"], bins: int
) -> tuple[list[float], list[float], list[int]]:
    """Mean score, accuracy and size of bins of equally many nodes, as near as whole nodes go."""
    order, nodes = score.argsort(stable=True), right.numel()
    edges = [k * nodes // bins for k in range(bins + 1)]
    share, sorted_score = _shared(score, right)[order], score.double()[order]
    parts = [slice(low, high) for low, high in pairwise(edges)]
    count = [part.stop - part.start for part in parts]
    means = [
        [values[part].sum().item() / max(1, n) for part, n in zip(parts, count, strict=True)]
        for values in (sorted_score, share)
    ]
    return means[0], means[1], count


def _mean(values: Tensor) -> float | None:
    return values.mean().item() if values.numel() else None


def _shared(score: Float[Tensor, " nodes"], right: Bool[Tensor, " nodes"]) -> Float[Tensor, " nodes"]:
    """The share of right answers among the nodes of the same score, for each node; float64."""
    _, place, size = score.unique(return_inverse=True, return_counts=True)
    share: Tensor = torch.bincount(place, weights=right.double(), minlength=size.numel()) / size
    return share[place]
