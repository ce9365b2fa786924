"""How far the AUROC of one score is from that of another on the same rows, with its interval."""

from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.intervals import NORMAL_QUANTILE, Interval


def auroc_difference(ours: tuple[ArrayLike, ArrayLike], theirs: tuple[ArrayLike, ArrayLike]) -> Interval:
    """The AUROC of our scores minus that of theirs, where both speak of the same rows.

    By the covariance of DeLong, DeLong and Clarke-Pearson, Biometrics 44, 1988: what counts is by how much the two
    differ on each row, so that models which are alike are compared more finely than each of them is known. Of a single
    row of a kind no spread is known, and the interval is all that there is, from -1 to 1.

    Args:
        ours: scores (first,) of rows that should have higher ones, and (second,) of those that should have lower ones.
        theirs: of the same rows in the same order, another score.

    Raises:
        DataError: if there is no row of a kind, or the two speak of different numbers of rows.

    Example:
        >>> random = np.random.default_rng(0)
        >>> first, second = random.normal(1, size=100), random.normal(0, size=100)
        >>> found = auroc_difference((first, second), (first + random.normal(0, 0.1, 100), second))
        >>> found.low < 0 < found.high, round(found.high - found.low, 2)
        (True, 0.01)
    """
    one, other = (tuple(np.asarray(part, np.float64).ravel() for part in pair) for pair in (ours, theirs))
    sizes = [len(part) for part in one]
    if not all(sizes) or sizes != [len(part) for part in other]:
        raise DataError(
            f"auroc_difference: expected two scores of the same rows of both kinds, got {sizes} and "
            f"{[len(part) for part in other]}"
        )
    gaps = [a - b for a, b in zip(_placements(*one), _placements(*other), strict=True)]
    value, rows = float(gaps[0].mean()), sum(sizes)
    if min(sizes) < 2:
        return Interval(value, -1.0, 1.0, rows)
    reach = NORMAL_QUANTILE * sqrt(sum(float(gap.var(ddof=1)) / len(gap) for gap in gaps))
    return Interval(value, max(-1.0, value - reach), min(1.0, value + reach), rows)


def _placements(first: np.ndarray, second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each of the first the share of the second below it, for each of the second that of the first above it."""
    return _below(first, second), 1 - _below(second, first)


def _below(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The share of `others` below each row, ties counting half."""
    ordered = np.sort(others)
    both = [np.searchsorted(ordered, rows, side=side) for side in ("left", "right")]
    share: np.ndarray = (both[0] + both[1]) / 2 / len(others)
    return share
