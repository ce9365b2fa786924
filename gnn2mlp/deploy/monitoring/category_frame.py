"""Categories and truth values, counted by name."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np

from gnn2mlp.deploy.monitoring.drift import Check, Limits, compare_counts, compare_shares
from gnn2mlp.deploy.monitoring.frames import LEAST, Counts, Frame
from gnn2mlp.encoders.values import Values, as_texts

# Names that are kept at most.
NAMES = 200


class CategoryFrame(Frame):
    """Categories and truth values: those that `LEAST` rows of training have by name, 200 at most, the others as one.

    Example:
        >>> from gnn2mlp.encoders.values import Texts
        >>> frame = CategoryFrame(["bar", "shop"])
        >>> frame.count(Texts("category", "str", np.array([0, 0, 1, -1]), ["bar", "zoo"]))["bins"].tolist()
        [2, 0, 1]
    """

    form, drawn = "category", "bins"

    def __init__(self, names: Sequence[str]):
        self.names = tuple(names)
        self._places = {name: place for place, name in enumerate(self.names)}

    @classmethod
    def fit(cls, values: Values, least: int = LEAST) -> Self:
        """The most frequent values."""
        texts = as_texts(values)
        counts = np.bincount(texts.codes[texts.codes >= 0], minlength=len(texts.texts)).tolist()
        met = sorted((-count, text) for text, count in zip(texts.texts, counts, strict=True) if count >= least)
        return cls([text for _, text in met[:NAMES]])

    def count(self, values: Values) -> Counts:
        """`bins` of each name, and last of all others."""
        texts = as_texts(values)
        other = len(self.names)
        places = np.array([*(self._places.get(text, other) for text in texts.texts), 0], np.int64)
        known = texts.codes >= 0
        return {
            "rows": np.array(len(texts)),
            "gaps": np.array(int((~known).sum())),
            "bins": np.bincount(places[texts.codes[known]], minlength=other + 1),
        }

    def checks(self, then: Counts, now: Counts, limits: Limits) -> list[Check]:
        """Of the names, and of how many values have none."""
        before, after = then["bins"], now["bins"]
        shares = compare_shares("unknown values", before[-1], before.sum(), after[-1], after.sum(), limits.share)
        return [compare_counts("values", before, after, False, limits.psi), shares]

    def labels(self) -> list[str]:
        """The names."""
        return [*self.names, "others"]

    def facts(self) -> dict[str, Any]:
        """`names`."""
        return {"names": list(self.names)}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """From its names."""
        return cls(facts["names"])
