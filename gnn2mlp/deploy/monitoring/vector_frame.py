"""Vectors, such as embeddings, counted by length, angle and means."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from gnn2mlp.deploy.monitoring.drift import Check, Limits, compare_counts, normal_p
from gnn2mlp.deploy.monitoring.frames import LEAST, Counts, Frame
from gnn2mlp.deploy.monitoring.number_frame import NumberFrame
from gnn2mlp.encoders.values import Values, Vectors


class VectorFrame(Frame):
    """Vectors, such as embeddings, by their length, their angle to the mean of training, and each dimension's mean.

    Example:
        >>> rows = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
        >>> frame = VectorFrame.fit(Vectors("vector", "float32", rows))
        >>> counts = frame.count(Vectors("vector", "float32", rows + np.float32(2)))
        >>> [check.what for check in frame.checks(frame.count(Vectors("vector", "", rows)), counts, Limits())]
        ['length', 'angle to the mean', 'means']
    """

    form, drawn = "vector", "length/bins"

    def __init__(self, centre: Sequence[float] | np.ndarray, length: NumberFrame, angle: NumberFrame):
        self.centre, self.length, self.angle = np.asarray(centre, np.float64), length, angle

    @classmethod
    def fit(cls, values: Values, least: int = LEAST) -> Self:
        """The mean, and bins of length and cosine."""
        rows, _ = vectors_of(values)
        centre = rows.mean(axis=0) if len(rows) >= least else np.zeros(rows.shape[1])
        lengths, cosines = _polar(rows, centre)
        return cls(centre, NumberFrame.of_numbers(lengths, least), NumberFrame.of_numbers(cosines, least))

    def count(self, values: Values) -> Counts:
        """Sums and squares of each dimension, and bins of length and cosine."""
        rows, gaps = vectors_of(values)
        if not len(rows):
            rows = np.zeros((0, len(self.centre)))
        parts = zip(("length", "angle"), (self.length, self.angle), _polar(rows, self.centre), strict=True)
        return {
            "rows": np.array(len(rows) + gaps),
            "gaps": np.array(gaps),
            "sums": rows.sum(axis=0),
            "squares": (rows * rows).sum(axis=0),
            **{f"{part}/{key}": a for part, frame, x in parts for key, a in frame.count_numbers(x).items()},
        }

    def checks(self, then: Counts, now: Counts, limits: Limits) -> list[Check]:
        """Of length and angle, and of the dimension whose mean moved most."""
        found = [
            compare_counts(told, then[f"{part}/bins"], now[f"{part}/bins"], True, limits.psi)
            for part, told in (("length", "length"), ("angle", "angle to the mean"))
        ]
        many = [float(one["rows"] - one["gaps"]) for one in (then, now)]
        if min(many) < 2:
            return found
        means = [one["sums"] / n for one, n in zip((then, now), many, strict=True)]
        spreads = [
            np.maximum(one["squares"] / n - mean * mean, 0)
            for one, n, mean in zip((then, now), many, means, strict=True)
        ]
        error = np.sqrt(spreads[0] / many[0] + spreads[1] / many[1])
        apart, std = np.abs(means[1] - means[0]), np.sqrt(spreads[0])
        z = float(np.divide(apart, error, out=np.zeros_like(apart), where=error > 0).max(initial=0))
        effect = float(np.divide(apart, std, out=np.zeros_like(apart), where=std > 0).max(initial=0))
        return [*found, Check("means", "std", effect, limits.shift, min(1.0, len(apart) * normal_p(z)))]

    def labels(self) -> list[str]:
        """Those of the length."""
        return self.length.labels()

    def facts(self) -> dict[str, Any]:
        """`centre`, `length` and `angle`."""
        return {"centre": self.centre.tolist(), "length": self.length.facts(), "angle": self.angle.facts()}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """From its facts."""
        return cls(facts["centre"], NumberFrame.of(facts["length"]), NumberFrame.of(facts["angle"]))


def vectors_of(values: Values) -> tuple[np.ndarray, int]:
    """Vectors float64 (rows without a gap, width), and how many gaps there are."""
    assert isinstance(values, Vectors), "as the encoder reads them"
    gaps = values.gaps
    return values.vectors[~gaps].astype(np.float64), int(gaps.sum())


def _polar(rows: np.ndarray, centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Length of each row, and its cosine with `centre`."""
    lengths = np.sqrt((rows * rows).sum(axis=1))
    scale = lengths * np.sqrt((centre * centre).sum())
    return lengths, np.divide(rows @ centre, scale, out=np.zeros(len(rows)), where=scale > 0)
