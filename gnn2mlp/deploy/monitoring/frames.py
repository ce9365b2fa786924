"""What is counted of a column: bins, names or words that training fixed, and counts of any rows by them.

Counts add up, so that a table is counted batch by batch. They name nothing that fewer than `least` rows have: no row of
training can be read out of them. Imports no torch.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from gnn2mlp.deploy.monitoring.drift import Check, Limits
from gnn2mlp.encoders.values import Values

# Rows of training that share whatever is named or has a bin of its own.
LEAST = 10

Counts = dict[str, np.ndarray]
"""Sums over rows by name; those of two batches are added entry by entry."""


def added(total: Counts | None, more: Counts) -> Counts:
    """The counts of both."""
    return dict(more) if total is None else {name: total[name] + more[name] for name in total}


class Frame(ABC):
    """By what the rows of a column are counted. Subclasses supply `fit`, `count`, `checks`, `facts` and `of`."""

    form: ClassVar[str]
    # By name of an array of `count`, what its bins are, for pictures; of which the first is the column's own.
    drawn: ClassVar[str]

    @classmethod
    @abstractmethod
    def fit(cls, values: Values, least: int = LEAST) -> Self:
        """What the rows of training decide."""

    @abstractmethod
    def count(self, values: Values) -> Counts:
        """Counts of any rows; `rows` and `gaps` are always among them."""

    @abstractmethod
    def checks(self, then: Counts, now: Counts, limits: Limits) -> list[Check]:
        """The differences between two counts, but for gaps."""

    def figures(self, then: Counts, now: Counts) -> dict[str, float]:
        """What else there is to say of the two, by name."""
        return {}

    @abstractmethod
    def labels(self) -> list[str]:
        """What the bins of `drawn` are called."""

    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """All that `of` needs, JSON-able."""

    @classmethod
    @abstractmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """What gave these facts."""
