"""Numbers and dates, counted by quantiles of training."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from gnn2mlp.deploy.monitoring.drift import Check, Limits, compare_counts
from gnn2mlp.deploy.monitoring.frames import LEAST, Counts, Frame
from gnn2mlp.encoders.values import Numbers, Values

# Bins at most.
BINS = 50


class NumberFrame(Frame):
    """Numbers by quantiles of training: as many bins as have `LEAST` rows each, 50 at most.

    Edges are rounded to a thousandth of the range, so that none is a value of a row.

    Example:
        >>> frame = NumberFrame.fit(Numbers("number", "float64", np.arange(100.0)))
        >>> frame.count(Numbers("number", "float64", np.array([1.0, 2.0, 95.0, np.nan])))["bins"].tolist()
        [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    """

    form, drawn = "number", "bins"

    def __init__(self, edges: Sequence[float]):
        self.edges = np.asarray(edges, np.float64)

    @classmethod
    def fit(cls, values: Values, least: int = LEAST) -> Self:
        """Edges from the numbers that are there."""
        return cls.of_numbers(numbers_of(values), least)

    @classmethod
    def of_numbers(cls, numbers: np.ndarray, least: int = LEAST) -> Self:
        """Edges from numbers (rows,), NaN where there is none."""
        known = np.sort(numbers[~np.isnan(numbers)])
        bins = min(BINS, len(known) // max(1, least))
        if bins < 2:
            return cls([])
        if known[0] == known[-1]:  # what all rows have, and whatever lies below and above it
            return cls([float(np.nextafter(known[0], -np.inf)), float(known[0])])
        edges = np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])
        digits = int(3 - np.floor(np.log10(known[-1] - known[0])))
        kept, below = [], 0
        for edge in np.unique(edges.round(min(digits, 300))).tolist():
            here = int(np.searchsorted(known, edge, "right"))
            if here - below >= least and len(known) - here >= least:
                kept.append(edge)
                below = here
        return cls(kept)

    def count(self, values: Values) -> Counts:
        """`bins` of numbers up to each edge, `sum`, `squares`, and how far they lie beyond the outer edges in all."""
        return self.count_numbers(numbers_of(values))

    def count_numbers(self, numbers: np.ndarray) -> Counts:
        """The same of numbers (rows,)."""
        known = numbers[~np.isnan(numbers)]
        places = np.searchsorted(self.edges, known, "left")
        low, high = (self.edges[0], self.edges[-1]) if len(self.edges) else (0.0, 0.0)
        beyond = [np.maximum(low - known, 0).sum(), np.maximum(known - high, 0).sum()]
        return {
            "rows": np.array(len(numbers)),
            "gaps": np.array(len(numbers) - len(known)),
            "bins": np.bincount(places, minlength=len(self.edges) + 1),
            "sums": np.array([known.sum(), (known * known).sum()]),
            "beyond": np.array(beyond),
        }

    def checks(self, then: Counts, now: Counts, limits: Limits) -> list[Check]:
        """Of the bins."""
        return [compare_counts("values", then["bins"], now["bins"], True, limits.psi)]

    def figures(self, then: Counts, now: Counts) -> dict[str, float]:
        """`ks`: largest difference of the distribution functions at the edges, of the two it is a lower bound.

        `wasserstein`: what has to be moved how far, in standard deviations of training; `mean then`, `mean now`.
        """
        many = [float(counts["bins"].sum()) for counts in (then, now)]
        if not min(many):
            return {}
        means = [counts["sums"][0] / n for counts, n in zip((then, now), many, strict=True)]
        found = {"mean then": float(means[0]), "mean now": float(means[1])}
        std = float(np.sqrt(max(0.0, then["sums"][1] / many[0] - means[0] ** 2)))
        if not len(self.edges) or not std:
            return found
        apart = np.abs(np.cumsum(then["bins"])[:-1] / many[0] - np.cumsum(now["bins"])[:-1] / many[1])
        inside = float((0.5 * (apart[1:] + apart[:-1]) * np.diff(self.edges)).sum())
        tails = float(np.abs(then["beyond"] / many[0] - now["beyond"] / many[1]).sum())
        return {"ks": float(apart.max()), "wasserstein": (inside + tails) / std, **found}

    def labels(self) -> list[str]:
        """The upper edge of each bin; the last has none."""
        return [f"{edge:g}" for edge in self.edges] + ["more"]

    def facts(self) -> dict[str, Any]:
        """`edges`."""
        return {"edges": self.edges.tolist()}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """From its edges."""
        return cls(facts["edges"])


class DateFrame(NumberFrame):
    """Dates as days since 1970, otherwise as numbers are."""

    form = "date"

    def labels(self) -> list[str]:
        """The upper edge of each bin as a date."""
        return [
            *np.datetime_as_string(
                self.edges.astype(np.int64).astype("timedelta64[D]") + np.datetime64("1970-01-01", "D")
            ),
            "later",
        ]


def numbers_of(values: Values) -> np.ndarray:
    """Numbers (rows,), NaN for a gap; of texts that say dates the days since 1970."""
    if isinstance(values, Numbers):
        return values.numbers
    from gnn2mlp.encoders.date import Date

    return np.asarray(Date().prepare(values), np.float64).ravel()
