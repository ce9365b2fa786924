"""Sets of classes that hold the true one with a stated probability: split conformal prediction.

The score of a row is s = 1 - p_y, and the set of a new row holds every class with 1 - p_c ≤ q, where q is the
⌈(n + 1) · coverage⌉ smallest of n scores ("least ambiguous" sets, LAC; Sadinle, Lei and Wasserman, JASA 2019,
https://arxiv.org/abs/1609.00451). If the new row is exchangeable with those n, its class is in the set with probability
at least the coverage, whatever the classifier. Nodes that appear later need not be: what is promised there has to be
measured. Imports no torch, and scipy in `coverage` alone: what ships computes sets with it.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.evaluate.known import known_rows

# The share of intervals that hold the true coverage.
CONFIDENCE = 0.95


def conformal_threshold(probabilities: ArrayLike, labels: ArrayLike, coverage: float = 0.9) -> float:
    """The q above, from rows that trained nothing; 1, which makes sets of all classes, where there are too few of them.

    Args:
        probabilities: (rows, classes).
        labels: int (rows,), columns of the probabilities; rows with -1 are left out.
        coverage: between 0 and 1.

    Raises:
        ConfigError: for another coverage.
        DataError: if the two do not fit.

    Example:
        >>> right = np.linspace(0.1, 0.9, 9)  # of nine rows; the tenth may lie anywhere among them
        >>> round(conformal_threshold(np.stack([right, 1 - right], axis=1), [0] * 9, coverage=0.8), 3)
        0.8
    """
    if not 0 < coverage < 1:
        raise ConfigError(f"coverage: expected a number between 0 and 1, such as 0.9, got {coverage!r}")
    p, y = known_rows(np.asarray(probabilities, np.float64), labels, "probabilities")
    scores = np.sort(1 - p[np.arange(len(y)), y])
    # The product may exceed a whole number by rounding alone.
    rank = math.ceil(round((len(scores) + 1) * coverage, 9))
    return float(scores[rank - 1]) if rank <= len(scores) else 1.0


def conformal_sets(probabilities: ArrayLike, threshold: float) -> np.ndarray:
    """Bool (rows, classes): which classes are in the set of each row. A set may be empty, or hold all classes.

    Example:
        >>> conformal_sets([[0.7, 0.2, 0.1], [0.4, 0.35, 0.25]], threshold=0.7).tolist()
        [[True, False, False], [True, True, False]]
    """
    found: np.ndarray = 1 - np.asarray(probabilities, np.float64) <= threshold
    return found


class Coverage(NamedTuple):
    """How often sets hold the true class.

    Args:
        nominal: what was promised.
        measured: share of rows whose set holds their class; NaN without rows.
        low: lower end of its 95 % interval (Clopper and Pearson's, exact for independent rows).
        high: upper end.
        size: mean number of classes in a set.
        empty: share of rows whose set is empty.
        rows: how many there are.
    """

    nominal: float
    measured: float
    low: float
    high: float
    size: float
    empty: float
    rows: int

    @property
    def falls_short(self) -> bool:
        """Whether the coverage is below what was promised, beyond chance."""
        return self.high < self.nominal

    def warning(self, population: str) -> str:
        """A sentence for a reader where the promise is not kept on `population`; empty where it is.

        Example:
            >>> coverage([[True, False]] * 100, [0] * 70 + [1] * 30, nominal=0.9).warning("unseen nodes")[:76]
            'Sets promised to hold the true class in 90% of cases do so in 70.0% of unsee'
        """
        if not self.falls_short:
            return ""
        return (
            f"Sets promised to hold the true class in {self.nominal:.0%} of cases do so in {self.measured:.1%} of "
            f"{population} ({self.low:.1%} to {self.high:.1%}, {self.rows:,} cases): they differ from those that the "
            f"promise was made with, so it does not hold for them. Ask for more coverage there, or label some of them "
            "and calibrate with those."
        )


def coverage(sets: ArrayLike, labels: ArrayLike, nominal: float) -> Coverage:
    """Measure sets (rows, classes) against the classes (rows,) of other rows than the threshold was made with.

    Args:
        sets: bool, as `conformal_sets` gives them.
        labels: int, columns of the sets; rows with -1 are left out.
        nominal: the coverage that was promised.

    Raises:
        DataError: if the two do not fit.
    """
    held, y = known_rows(np.asarray(sets, bool), labels, "sets")
    rows = len(y)
    if not rows:
        return Coverage(nominal, math.nan, 0.0, 1.0, math.nan, math.nan, 0)
    inside, sizes = int(held[np.arange(rows), y].sum()), held.sum(axis=1)
    low, high = share_interval(inside, rows)
    return Coverage(nominal, inside / rows, low, high, float(sizes.mean()), float((sizes == 0).mean()), rows)


def share_interval(hits: int, rows: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a share of independent rows, exact (Clopper and Pearson, 1934).

    Example:
        >>> low, high = share_interval(90, 100)
        >>> f"{low:.3f} to {high:.3f}"
        '0.824 to 0.951'
    """
    from scipy.stats import binomtest  # takes a quarter of a second, and what ships does without

    found = binomtest(hits, rows).proportion_ci(confidence, method="exact")
    return float(found.low), float(found.high)
