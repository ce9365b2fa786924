"""What is counted of a model's answers: classes, confidence, outliers, codes, and errors where labels are known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from gnn2mlp.core.showing import short_repr
from gnn2mlp.deploy.monitoring.drift import Check, Limits, compare_counts, compare_shares, normal_p
from gnn2mlp.deploy.monitoring.frames import LEAST, Counts
from gnn2mlp.deploy.monitoring.number_frame import NumberFrame
from gnn2mlp.encoders.values import as_text


@dataclass(frozen=True, eq=False)
class Answered:
    """Answers to some rows.

    Args:
        predicted: (rows,) classes as text; several labels bool (rows, labels); numbers float (rows, targets).
        names: of classes, labels or targets.
        confidence: (rows,) highest probability; `None` where there is none.
        outlier: bool (rows,); likewise.
        truth: what is right, as `predicted`: `None`, or NaN, where unknown; `None` where no row is known.
        codes: int (rows,), the teacher's code nearest to each row; `None` without a codebook.
        num_codes: of the codebook.
    """

    predicted: np.ndarray
    names: Sequence[str]
    confidence: np.ndarray | None = None
    outlier: np.ndarray | None = None
    truth: np.ndarray | None = None
    codes: np.ndarray | None = None
    num_codes: int = 0

    __repr__ = short_repr

    def frame(self, least: int = LEAST) -> "AnswerFrame":
        """By what such answers are counted."""
        numbers = self.predicted.dtype.kind == "f"
        values = [NumberFrame.of_numbers(column, least) for column in self.predicted.T] if numbers else []
        confidence = None if self.confidence is None else NumberFrame.of_numbers(self.confidence, least)
        return AnswerFrame(tuple(self.names), confidence, values, self.num_codes)

    def counts(self, least: int = LEAST) -> Counts:
        """Their counts by that."""
        return self.frame(least).count(self)


@dataclass(frozen=True, eq=False)
class AnswerFrame:
    """By what answers are counted.

    Args:
        names: of classes, labels or targets.
        confidence: bins of the highest probability.
        values: bins of each target, of numbers.
        num_codes: of the codebook.

    Example:
        >>> answered = Answered(np.array(["cat", "dog", "cat"]), ["cat", "dog"], truth=np.array(["cat", "cat", None]))
        >>> counts = answered.frame().count(answered)
        >>> counts["predicted"].tolist(), counts["right"].tolist()
        ([2, 1], [1, 2])
    """

    names: tuple[str, ...]
    confidence: NumberFrame | None = None
    values: Sequence[NumberFrame] = ()
    num_codes: int = 0

    __repr__ = short_repr

    def count(self, answered: Answered) -> Counts:
        """`rows`, `predicted`, `right` of so many known (of numbers the errors' sum, sum of squares, and how many)."""
        predicted = answered.predicted
        counts: Counts = {"rows": np.array(len(predicted)), "right": self._right(answered)}
        for place, frame in enumerate(self.values):
            counts[f"value {place}"] = frame.count_numbers(predicted[:, place])["bins"]
        if predicted.dtype.kind == "b":
            counts["predicted"] = predicted.sum(axis=0)
        elif not self.values:
            places = {name: place for place, name in enumerate(self.names)}
            met, which = np.unique(predicted.astype(str), return_inverse=True)
            found = np.array([places[name] for name in met.tolist()], np.int64)[which.ravel()]
            counts["predicted"] = np.bincount(found, minlength=len(self.names))
        if self.confidence is not None and answered.confidence is not None:
            counts["confidence"] = self.confidence.count_numbers(answered.confidence.astype(np.float64))["bins"]
        if answered.outlier is not None:
            counts["outliers"] = np.array(int(answered.outlier.sum()))
        if answered.codes is not None and self.num_codes:
            counts["codes"] = np.bincount(answered.codes, minlength=self.num_codes)
        return counts

    def _right(self, answered: Answered) -> np.ndarray:
        predicted, truth = answered.predicted, answered.truth
        if self.values:
            if truth is None:
                return np.zeros(3)
            errors = np.abs(predicted - truth).ravel()
            errors = errors[~np.isnan(errors)]
            return np.array([errors.sum(), (errors * errors).sum(), len(errors)])
        if truth is None:
            return np.zeros(2, np.int64)
        if predicted.dtype.kind == "b":
            known = ~np.isnan(truth.astype(np.float64)).any(axis=1)
            right = (predicted[known] == truth[known].astype(bool)).all(axis=1)
        else:
            known = np.array([value is not None for value in truth.tolist()], bool)
            right = predicted[known].astype(str) == truth[known].astype(str)
        return np.array([int(right.sum()), int(known.sum())])

    def checks(self, then: Counts, now: Counts, limits: Limits) -> list[Check]:
        """The differences between two counts, of what both have."""
        found: list[Check] = []
        both = then.keys() & now.keys()
        of_then, of_now = float(then["rows"]), float(now["rows"])
        if "predicted" in both and then["predicted"].sum() == of_then:
            found.append(compare_counts("predicted classes", then["predicted"], now["predicted"], False, limits.psi))
        elif "predicted" in both:  # of several labels each stands for itself
            for name, before, after in zip(self.names, then["predicted"], now["predicted"], strict=True):
                one = compare_shares(f"label {name}", before, of_then, after, of_now, limits.share)
                found.append(one._replace(effect=abs(one.effect)))
        for place, name in enumerate(self.names if self.values else ()):
            key = f"value {place}"
            found.append(compare_counts(f"answers, {name}", then[key], now[key], True, limits.psi))
        if "confidence" in both:
            found.append(compare_counts("confidence", then["confidence"], now["confidence"], True, limits.psi))
        if "outliers" in both:
            found.append(
                compare_shares(
                    "out of distribution",
                    float(then["outliers"]),
                    of_then,
                    float(now["outliers"]),
                    of_now,
                    limits.share,
                )
            )
        if "codes" in both:
            found.append(compare_counts("codes", then["codes"], now["codes"], False, limits.psi))
        return [*found, *self._errors(then["right"], now["right"], limits)]

    def _errors(self, then: np.ndarray, now: np.ndarray, limits: Limits) -> list[Check]:
        """How much the share of right answers fell, or the mean error of numbers grew, as a share of what it was."""
        if not then[-1] or not now[-1]:
            return []
        if not self.values:
            one = compare_shares("accuracy", then[0], then[1], now[0], now[1], limits.accuracy)
            return [one._replace(effect=-one.effect)]
        means = [part[0] / part[2] for part in (then, now)]
        spreads = [
            max(0.0, part[1] / part[2] - mean * mean) / part[2] for part, mean in zip((then, now), means, strict=True)
        ]
        apart, error = means[1] - means[0], float(np.sqrt(sum(spreads)))
        p = normal_p(apart / error) if error else 1.0
        effect = apart / means[0] if means[0] else 0.0
        return [Check("mean error", "share of it", effect, limits.psi, p, then=means[0], now=means[1])]

    def facts(self) -> dict[str, Any]:
        """All that `of` needs, JSON-able."""
        return {
            "names": list(self.names),
            "confidence": None if self.confidence is None else self.confidence.facts(),
            "values": [frame.facts() for frame in self.values],
            "codes": self.num_codes,
        }

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """What gave these facts."""
        confidence = None if facts["confidence"] is None else NumberFrame.of(facts["confidence"])
        return cls(tuple(facts["names"]), confidence, [NumberFrame.of(one) for one in facts["values"]], facts["codes"])


def named(values: Sequence[Any]) -> np.ndarray:
    """Classes as they are written, object (rows,), `None` where there is none.

    Example:
        >>> named([1, 2.0, "a", True, None, float("nan")]).tolist()
        ['1', '2', 'a', 'True', None, None]
    """
    return np.array([_named(value) for value in values], dtype=object)


def named_truth(labels: np.ndarray, classes: np.ndarray | None) -> np.ndarray:
    """Labels of a graph as `Answered.truth` has them.

    Args:
        labels: int (rows,), numbers of classes, -1 where unknown; or (rows, labels or targets), NaN where unknown.
        classes: what the numbers stand for; `None` of targets.

    Example:
        >>> named_truth(np.array([1, -1]), np.array(["cat", "dog"])).tolist()
        ['dog', None]
    """
    if classes is None or labels.ndim == 2:
        return np.asarray(labels, np.float64)
    names = named(classes.tolist())
    return np.array([names[code] if code >= 0 else None for code in labels.tolist()], dtype=object)


def _named(value: Any) -> str | None:
    if value is None or value != value or value == "":
        return None
    return as_text(value) if isinstance(value, float) else str(value)
