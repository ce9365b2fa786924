"""What a column holds, whatever library it came from: numbers, texts, lists or vectors, with its gaps.

Days stand for dates: as a number, since 1970 began in UTC. Texts are kept once each, with the number of its text for
every row, so that a million rows of a category are a million small numbers.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self

import numpy as np

from gnn2mlp.core.errors import DataError, RowsError

Kind = Literal["number", "boolean", "category", "date", "list", "text", "vector"]


@dataclass(frozen=True)
class Where:
    """Which column it is, and what its rows are called, for messages.

    Args:
        column: the name of the column, or `None` for values without one.
        ids: of the rows of the table, or `None`.
        rows: numbers of these rows in the table, or `None` for all of them.

    Example:
        >>> Where("price", ids=["a", "b"]).row(1)
        "column 'price', row 1 (id 'b')"
    """

    column: str | None = None
    ids: Any = None
    rows: np.ndarray | None = None

    def __str__(self) -> str:
        return "values" if self.column is None else f"column {self.column!r}"

    def row(self, number: int) -> str:
        """The column, and the number and id of a row."""
        row = int(number if self.rows is None else self.rows[number])
        return f"{self}, row {row}{self._id(row)}"

    def _id(self, row: int) -> str:
        if self.ids is None or row >= len(self.ids):
            return ""
        one = self.ids.iloc[row] if hasattr(self.ids, "iloc") else self.ids[row]
        one = one.as_py() if hasattr(one, "as_py") else one
        return f" (id {one.item() if isinstance(one, np.generic) else one!r})"


@dataclass(frozen=True)
class Values(ABC):
    """The values of one column.

    Args:
        kind: what they are; `None` for a column without any value.
        dtype: what the library calls their type.
        where: for messages.
    """

    kind: Kind | None
    dtype: str
    where: Where = field(default=Where(), kw_only=True)

    @abstractmethod
    def __len__(self) -> int: ...

    @property
    @abstractmethod
    def gaps(self) -> np.ndarray:
        """Which rows have no value, bool (rows,)."""

    def of_kind(self, kind: Kind, dtype: str | None = None) -> Self:
        """The same, called another kind."""
        return replace(self, kind=kind, dtype=dtype or self.dtype)

    def error(self, row: int, message: str) -> DataError:
        """What to raise for the value of a row."""
        return DataError(f"{self.where.row(row)}: {message}")

    def errors(self, bad: np.ndarray, reason: Callable[[int], str]) -> RowsError:
        """What to raise for the values of rows, at least one.

        Args:
            bad: which rows, bool (rows,).
            reason: what is wrong with one of them.
        """
        rows = bad.nonzero()[0].tolist()
        first = f"{self.where.row(rows[0])}: {reason(rows[0])}"
        return RowsError(first, rows, lambda row: f"{self.where}: {reason(row)}")


@dataclass(frozen=True)
class Nothing(Values):
    """Rows without any value, and no type that would say of what kind they are."""

    rows: int

    def __len__(self) -> int:
        return self.rows

    @property
    def gaps(self) -> np.ndarray:
        """All of them."""
        return np.ones(self.rows, dtype=bool)


@dataclass(frozen=True)
class Other(Nothing):
    """Values of a type that no encoder reads, such as structs or bytes."""

    @property
    def gaps(self) -> np.ndarray:
        """None: there are values."""
        return np.zeros(self.rows, dtype=bool)


@dataclass(frozen=True)
class Numbers(Values):
    """Numbers, truth values as 0 and 1, and dates as days: float64 (rows,), NaN where there is a gap."""

    numbers: np.ndarray

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def gaps(self) -> np.ndarray:
        """NaN."""
        gaps: np.ndarray = np.isnan(self.numbers)
        return gaps


@dataclass(frozen=True)
class Texts(Values):
    """Texts and categories: of each row the place of its text, int64 (rows,), -1 where there is a gap."""

    codes: np.ndarray
    texts: Sequence[str]

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def gaps(self) -> np.ndarray:
        """Code -1."""
        return self.codes < 0

    def to_list(self) -> list[str | None]:
        """The text of each row."""
        known = [*self.texts, None]  # -1 is the last one
        return [known[code] for code in self.codes.tolist()]


@dataclass(frozen=True)
class Lists(Values):
    """Lists: the items of row i are those from `indptr[i]` to `indptr[i + 1]`, int64 (rows + 1,)."""

    indptr: np.ndarray
    items: Numbers | Texts
    missing: np.ndarray

    def __len__(self) -> int:
        return len(self.indptr) - 1

    @property
    def gaps(self) -> np.ndarray:
        """Rows without a list, which an empty list is not."""
        return self.missing


@dataclass(frozen=True)
class Vectors(Values):
    """As many numbers in every row, float32 (rows, width): NaN where a row has a gap."""

    vectors: np.ndarray

    def __len__(self) -> int:
        return len(self.vectors)

    @property
    def gaps(self) -> np.ndarray:
        """Rows of NaN."""
        gaps: np.ndarray = np.isnan(self.vectors).all(axis=1)  # which a row of no numbers is as well
        return gaps


def as_text(number: float) -> str:
    """A number as a category is called: without a point where it is whole.

    Example:
        >>> as_text(3.0), as_text(0.5)
        ('3', '0.5')
    """
    return str(int(number)) if float(number).is_integer() else repr(float(number))


def as_texts(values: Values) -> Texts:
    """Numbers, truth values and texts as texts: `3`, `0.5`, `True`."""
    if isinstance(values, Texts):
        return values
    assert isinstance(values, Numbers), "other kinds were refused before"
    gaps = values.gaps
    known, codes = np.unique(np.where(gaps, 0.0, values.numbers), return_inverse=True)
    write = (lambda number: str(bool(number))) if values.kind == "boolean" else as_text
    codes = np.where(gaps, -1, codes)
    return Texts(values.kind, values.dtype, codes, [write(number) for number in known.tolist()], where=values.where)
