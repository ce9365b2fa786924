"""A student answers where it is sure, its teacher the rest: what that gives and costs, by the share that is deferred.

Imports no torch.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.evaluate.known import known_rows

# A curve has at most this many points: a share deferred in whole per cent.
POINTS = 101


class CascadeCurve(NamedTuple):
    """What a cascade does at each of several thresholds, from no row deferred to all. Arrays have a value for each.

    Args:
        threshold: rows whose confidence is below it are deferred.
        deferred: share of the rows.
        accuracy: of the cascade.
        answered: accuracy of the student on the rows that it keeps; NaN where it keeps none.
        latency_ms: mean time of a request for one row; NaN where times were not given.
    """

    threshold: np.ndarray
    deferred: np.ndarray
    accuracy: np.ndarray
    answered: np.ndarray
    latency_ms: np.ndarray

    def __repr__(self) -> str:
        return short_repr(self)

    def rows(self, shares: ArrayLike = (0.0, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)) -> list[dict[str, float]]:
        """A table: for each of some shares the point that defers the most rows without exceeding it."""
        at = np.searchsorted(self.deferred, np.asarray(shares) + 1e-12, side="right") - 1
        return [{name: float(values[k]) for name, values in self._asdict().items()} for k in dict.fromkeys(at.tolist())]


def cascade_curve(
    student: ArrayLike,
    teacher: ArrayLike,
    labels: ArrayLike,
    student_ms: float = np.nan,
    teacher_ms: float = np.nan,
    *,
    score: ArrayLike | None = None,
) -> CascadeCurve:
    """Accuracy and mean latency against the share deferred. Rows of equal confidence are deferred together.

    Args:
        student: probabilities (rows, classes).
        teacher: likewise, of the same rows.
        labels: int (rows,), columns of both; rows with -1 are left out.
        student_ms: what a request for one row costs the student, which is always asked first.
        teacher_ms: what it costs the teacher besides.
        score: (rows,) in 0..1, what is compared with the threshold; default: the student's confidence.

    Raises:
        DataError: if they do not fit, or no label is known.

    Example:
        >>> student = [[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.55, 0.45]]
        >>> teacher = [[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.2, 0.8]]
        >>> curve = cascade_curve(student, teacher, [0, 0, 1, 1], student_ms=0.1, teacher_ms=2.0)
        >>> curve.deferred.tolist(), curve.accuracy.tolist()
        ([0.0, 0.25, 0.5, 0.75, 1.0], [0.5, 0.75, 1.0, 0.75, 0.75])
        >>> curve.latency_ms.tolist()
        [0.1, 0.6, 1.1, 1.6, 2.1]
    """
    confidence, right, taught = _judged(student, teacher, labels, score)
    threshold, count = _thresholds(confidence)
    order = np.argsort(confidence, kind="stable")
    rows = len(order)
    taught_right = np.concatenate([[0], taught[order].cumsum()])[count]
    kept_right = right.sum() - np.concatenate([[0], right[order].cumsum()])[count]
    kept = rows - count
    answered = np.where(kept > 0, kept_right / np.maximum(kept, 1), np.nan)
    points = _thinned(count, rows)
    curve = CascadeCurve(
        threshold,
        count / rows,
        (taught_right + kept_right) / rows,
        answered,
        student_ms + count / rows * teacher_ms,
    )
    return CascadeCurve(*(values[points] for values in curve))


def choose_threshold(
    student: ArrayLike,
    labels: ArrayLike,
    teacher: ArrayLike | None = None,
    *,
    accuracy: float | None = None,
    deferred: float | None = None,
    score: ArrayLike | None = None,
) -> float:
    """The confidence below which rows are to be deferred, from rows that trained nothing.

    Args:
        student: probabilities (rows, classes).
        labels: int (rows,), -1 where unknown; a share alone needs none, and every row counts.
        teacher: probabilities of the same rows. With them `accuracy` is that of the cascade, without them that of the
            student on the rows that it keeps, the rest being left to somebody who is not known.
        accuracy: defer as few rows as reach it.
        deferred: defer the largest share that is not above it. One of the two is given.
        score: (rows,) in 0..1, what the threshold is of; default: the student's confidence.

    Returns:
        The threshold; 0 defers nothing.

    Raises:
        ConfigError: if both or none is given, one is no share, or the accuracy is out of reach; the message says what
            is in reach.
        DataError: if the arrays do not fit.

    Example:
        >>> student = [[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.55, 0.45]]
        >>> choose_threshold(student, [0, 0, 1, 0], accuracy=1.0)
        0.8
        >>> choose_threshold(student, [0, 0, 1, 0], deferred=0.25)
        0.6
    """
    if (accuracy is None) == (deferred is None):
        raise ConfigError(f"expected accuracy or deferred, one of them, got {accuracy=}, {deferred=}")
    for name, value in (("accuracy", accuracy), ("deferred", deferred)):
        if value is not None and not 0 <= value <= 1:
            raise ConfigError(f"{name}: expected a share between 0 and 1, got {value!r}")
    if deferred is not None:
        confidence = np.asarray(student, np.float64).max(axis=1) if score is None else np.asarray(score, np.float64)
        threshold, count = _thresholds(confidence)
        return float(threshold[np.flatnonzero(count <= deferred * len(confidence) + 1e-9)[-1]])
    curve = cascade_curve(student, student if teacher is None else teacher, labels, score=score)
    reached = curve.answered if teacher is None else curve.accuracy
    good = np.flatnonzero(reached >= accuracy - 1e-12)  # type: ignore[operator]  # one of the two is given
    if not good.size:
        best = int(np.nanargmax(reached))
        raise ConfigError(
            f"accuracy: {accuracy:.1%} is out of reach on these rows; the best is {reached[best]:.1%}, with "
            f"{curve.deferred[best]:.0%} of them deferred"
        )
    return float(curve.threshold[good[0]])


def _judged(
    student: ArrayLike, teacher: ArrayLike, labels: ArrayLike, score: ArrayLike | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The student's confidence, or the score in its place, and who is right, of rows whose class is known."""
    p, y = known_rows(np.asarray(student, np.float64), labels, "the student's probabilities")
    t, _ = known_rows(np.asarray(teacher, np.float64), labels, "the teacher's probabilities")
    if p.shape != t.shape or not len(y):
        raise DataError(
            f"expected probabilities of student and teacher for the same labelled rows, got shapes {p.shape} and "
            f"{t.shape} of rows whose class is known"
        )
    sure, known = p.max(axis=1), np.asarray(labels) >= 0
    if score is not None:
        given = np.asarray(score, np.float64)
        if given.shape != known.shape:
            raise DataError(f"expected a score for each of {known.size} rows, got shape {given.shape}")
        sure = given[known]
    return sure, p.argmax(axis=1) == y, t.argmax(axis=1) == y


def _thresholds(confidence: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every threshold that defers other rows than the one before, from 0 on, and how many rows are below it."""
    values, count = np.unique(confidence, return_counts=True)
    above = np.nextafter(values[-1:], np.inf) if len(values) else np.zeros(0)
    return np.concatenate([[0.0], values[1:], above]), np.concatenate([[0], count.cumsum()])


def _thinned(count: np.ndarray, rows: int) -> np.ndarray:
    """Which of the points to keep: about one for each per cent of the rows, the first and the last among them."""
    wanted = np.linspace(0, rows, POINTS)
    return np.unique(np.searchsorted(count, wanted).clip(max=len(count) - 1))
