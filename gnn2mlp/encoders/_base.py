"""What reads a column of a table as features: fitted on observed rows by scikit-learn, saved without pickle."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

import numpy as np

from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable, Spec
from gnn2mlp.encoders._sparse import SparseRows
from gnn2mlp.encoders.reading import accepted, conform, read
from gnn2mlp.encoders.values import Kind, Values


class ColumnEncoder(Configurable, ABC):
    """Turns a column into features, a row at a time: what stands in other rows never matters.

    Subclasses supply `_fit`, `_transform`, `feature_names` and `transformer`, and what they learnt in `_facts` and
    `state`. All rows that it is fitted on count alike; weights of samples have no say in it.

    Attributes:
        reads: kinds of columns that it can read.
        sparse: whether it gives scipy's CSR, as most of its features are 0 in most rows.
        onnx: why skl2onnx cannot convert `transformer()`, and the nearest encoder that it can; `None` where it can.

    Example:
        >>> from gnn2mlp.core.spec import Spec
        >>> encoder = Spec("number").build(ENCODERS).fit([1.0, 3.0, None, 3.0, 1.0])
        >>> encoder.feature_names("price")
        ('price', 'price is missing')
        >>> encoder.transform([2.0, None]).tolist()
        [[0.0, 0.0], [0.0, 1.0]]
    """

    reads: ClassVar[frozenset[Kind]]
    sparse: bool = False
    onnx: ClassVar[str | None] = None

    def fit(self, values: Any) -> Self:
        """Learn from the observed rows of a column, and forget what was learnt before.

        Args:
            values: (rows,), of numpy, pandas, polars, Arrow or Python, or (rows, width) where vectors are read; `None`,
                NaN and the like are gaps.

        Raises:
            DataError: for values that it cannot read; the message names the row.
        """
        self._fit(self._accepted(values))
        return self

    def transform(self, values: Any) -> Any:
        """Features of any rows, float32 (rows, width): numpy, or scipy's CSR where `sparse`.

        Raises:
            DataError: for values that it cannot read; the message names the row.
        """
        rows = self._transform(self._accepted(values))
        return rows.to_scipy() if isinstance(rows, SparseRows) else rows

    def _accepted(self, values: Any) -> Values:
        return accepted(read(values), self.reads)

    def as_trained(self, values: Values, kind: Kind | None) -> Values:
        """The values as those of the kind that the column had in training, where that loses nothing.

        Args:
            values: of any rows.
            kind: in training; `None` where it had no value.

        Raises:
            DataError: if they are of another kind; the message names the row.
        """
        return values if kind is None else conform(values, kind)

    @abstractmethod
    def _fit(self, values: Values) -> None:
        """Learn from values of a kind that it reads."""

    @abstractmethod
    def _transform(self, values: Values) -> Any:
        """Features of values of a kind that it reads, float32 (rows, width): numpy, scipy's CSR or `SparseRows`."""

    @abstractmethod
    def feature_names(self, column: str) -> tuple[str, ...]:
        """Names of the features of a column, each once."""

    @property
    def width(self) -> int:
        """How many features there are."""
        return len(self.feature_names(""))

    @abstractmethod
    def transformer(self) -> Any:
        """A fitted transformer of scikit-learn that computes the same from what `prepare` gives."""

    @abstractmethod
    def prepare(self, values: Any) -> np.ndarray:
        """Values as `transformer()` takes them: numbers float32 (rows, 1), texts object (rows, 1), and so on."""

    def unseen(self, values: Any) -> np.ndarray:
        """Which rows hold a value that no row held in training, and that is read as none, bool (rows,)."""
        return np.zeros(len(self._accepted(values)), dtype=bool)

    def facts(self) -> dict[str, Any]:
        """Its options, and what it learnt that is no array, JSON-able."""
        return {"spec": self.spec().to_dict(), **self._facts()}

    def _facts(self) -> dict[str, Any]:
        return {}

    def state(self) -> dict[str, np.ndarray]:
        """The numbers that it learnt, by name."""
        return {}

    @classmethod
    def load(cls, facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> Self:
        """The encoder that gave these facts and this state."""
        options = Spec.parse(facts["spec"]).checked(cls, "encoder")
        encoder = cls(**options)
        encoder._load(facts, state)
        return encoder

    def _load(self, facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> None:
        """Take on what `_facts` and `state` gave."""

    def unfitted(self) -> Self:
        """A copy to be fitted, so that one object may be named for many columns and tables."""
        return copy.deepcopy(self)


ENCODERS: Registry[ColumnEncoder] = Registry("encoder", "gnn2mlp.encoders", ColumnEncoder)  # type: ignore[type-abstract]
