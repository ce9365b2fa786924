"""The frame of a map: few points far away do not squeeze all others into a corner."""

from typing import NamedTuple

import numpy as np

# The frame is that of the middle 99 % of the points, and a quarter of its width more on each side at most.
_INNER, _REACH = (0.005, 0.995), 0.25


class Framed(NamedTuple):
    """Points within a frame.

    Args:
        points: (points, 2); those outside of the frame were moved to its rim.
        low, high: (2,), corners of the frame.
        outside: bool (points,), which were moved.
    """

    points: np.ndarray
    low: np.ndarray
    high: np.ndarray
    outside: np.ndarray

    def clip(self, points: np.ndarray) -> np.ndarray:
        """Other points, moved to the rim of the same frame where they lie outside."""
        return points.clip(self.low, self.high)

    @property
    def note(self) -> str:
        """How many lie at the rim, in a sentence; empty if none does."""
        count = int(self.outside.sum())
        if not count:
            return ""
        return (
            "One node lies farther out and is drawn at the rim."
            if count == 1
            else (f"{count:,} nodes lie farther out and are drawn at the rim.")
        )


def frame(points: np.ndarray) -> Framed:
    """Put points into a frame that outliers do not stretch.

    Args:
        points: (points, 2), finite.

    Example:
        >>> found = frame(np.array([[0.0, 0.0], [1.0, 1.0]] * 500 + [[900.0, 0.5]]))
        >>> found.high.tolist(), found.points[-1].tolist(), found.note
        ([1.25, 1.0], [1.25, 0.5], 'One node lies farther out and is drawn at the rim.')
    """
    if not len(points):
        return Framed(points, np.zeros(2), np.ones(2), np.zeros(0, dtype=bool))
    inner_low, inner_high = np.quantile(points, _INNER, axis=0)
    reach = _REACH * (inner_high - inner_low)
    low = np.maximum(points.min(axis=0), inner_low - reach)
    high = np.minimum(points.max(axis=0), inner_high + reach)
    moved = points.clip(low, high)
    return Framed(moved, low, high, (moved != points).any(axis=1))
