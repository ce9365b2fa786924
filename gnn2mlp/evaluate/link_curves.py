"""Curves and histograms of the scores of pairs, as a report draws them: few numbers of many pairs.

Hits@K over all K is the ROC curve with the number of negatives, not their share, along its axis: on a logarithmic scale
its left end is the top of the ranking, and the area under it on a linear one the AUC. Two models whose curves cross are
each better by one of the two figures.
"""

from collections.abc import Iterator
from typing import TypedDict

import torch
from jaxtyping import Float
from torch import Tensor

from gnn2mlp.core.errors import DataError

# Of each power of ten; so that 20 and 50, which the literature reports, are among them.
_MANTISSAS = (1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 7.0)
# Bins of a histogram of probabilities.
BINS = 20


class HitsCurve(TypedDict):
    """Hits@K by K.

    Args:
        k: ascending: 1, 2, 3, 4, 5, 7, 10, 15, 20, 30, ... up to the number of negatives.
        hits: the share of positives that are strictly above the k-th best negative, in 0..1.
    """

    k: list[int]
    hits: list[float]


def hits_curve(positives: Float[Tensor, " pairs"], negatives: Float[Tensor, " others"]) -> HitsCurve:
    """Hits@K for K of even distances on a logarithmic scale, by OGB's convention (Hu et al., NeurIPS 2020).

    Args:
        positives: scores of pairs that are links, the higher the likelier, in any unit.
        negatives: scores of pairs that are none.

    Raises:
        DataError: without a positive or a negative.

    Example:
        >>> curve = hits_curve(torch.tensor([0.9, 0.6, 0.4, 0.2]), torch.tensor([0.8, 0.5, 0.3]))
        >>> curve["k"], curve["hits"]
        ([1, 2, 3], [0.25, 0.5, 0.75])
    """
    if not positives.numel() or not negatives.numel():
        raise DataError(
            f"hits_curve: expected positives and negatives, got {positives.numel()} and {negatives.numel()}; a "
            "population without links has no curve: leave it out"
        )
    ks = list(_ks(negatives.numel()))
    limits = negatives.sort(descending=True).values[torch.tensor(ks, device=negatives.device) - 1]
    ranked = positives.sort().values
    above = positives.numel() - torch.searchsorted(ranked, limits.to(ranked.dtype), right=True)
    return {"k": ks, "hits": (above.double() / positives.numel()).tolist()}


def probability_histogram(probabilities: Float[Tensor, " pairs"], bins: int = BINS) -> list[int]:
    """How many pairs have a probability in each of `bins` equal parts of 0..1; 1 itself is in the last.

    Example:
        >>> probability_histogram(torch.tensor([0.0, 0.3, 0.49, 1.0]), bins=4)
        [1, 2, 0, 1]
    """
    places = (probabilities.double() * bins).long().clamp(0, bins - 1)
    counts: list[int] = torch.bincount(places, minlength=bins).tolist()
    return counts


def _ks(most: int) -> Iterator[int]:
    """Whole numbers from 1 to `most`, some seven to each power of ten."""
    power = 1
    while power <= most:
        found = [int(mantissa * power) for mantissa in _MANTISSAS]
        yield from (k for k in dict.fromkeys(found) if k <= most)
        power *= 10
