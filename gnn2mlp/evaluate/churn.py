"""Which answers a new model changes: how many, of which class, and whether for the better."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.intervals import Interval, share_interval


class Churn(NamedTuple):
    """Changed answers on some rows.

    Milani Fard et al., Launch and Iterate: Reducing Prediction Churn, NeurIPS 2016.

    Args:
        share: of changed answers, with its 95 % interval.
        by_class: the same of the rows that were answered with each class before; `None` where there is none.
        mended: rows that were wrong and are right now, of those whose class is known.
        broken: rows that were right and are wrong now.
        known: rows whose class is known.
    """

    share: Interval
    by_class: tuple[Interval | None, ...]
    mended: int
    broken: int
    known: int

    def __repr__(self) -> str:
        return short_repr(self)

    def record(self) -> dict[str, Any]:
        """All of it, JSON-able."""
        by_class = [None if one is None else one._asdict() for one in self.by_class]
        return {**self._asdict(), "share": self.share._asdict(), "by_class": by_class}


def churn(before: ArrayLike, after: ArrayLike, classes: int, truth: ArrayLike | None = None) -> Churn:
    """Compare the answers of two models to the same rows.

    Args:
        before: int (rows,), the class that the deployed model answers with.
        after: likewise, of the next one.
        classes: how many there are.
        truth: int (rows,), -1 where unknown; default: none is known.

    Raises:
        DataError: if there is no row, or not an answer of each for every row.

    Example:
        >>> found = churn([0, 0, 1, 1], [0, 1, 1, 1], classes=3, truth=[0, 1, 1, -1])
        >>> found.share.value, [one and one.value for one in found.by_class], found.mended, found.broken
        (0.25, [0.5, 0.0, None], 1, 0)
    """
    old, new = np.asarray(before, np.int64), np.asarray(after, np.int64)
    real = np.full(len(old), -1) if truth is None else np.asarray(truth, np.int64)
    if not old.size or not old.shape == new.shape == real.shape:
        raise DataError(f"churn: expected answers of both to the same rows, got {old.shape}, {new.shape}, {real.shape}")
    changed, known = old != new, real >= 0
    by_class = tuple(share_interval(changed[old == k]) if (old == k).any() else None for k in range(classes))
    mended, broken = (int((known & changed & (one == real)).sum()) for one in (new, old))
    return Churn(share_interval(changed), by_class, mended, broken, int(known.sum()))
