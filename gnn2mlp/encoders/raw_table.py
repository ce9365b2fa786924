"""A table's columns by name, whatever library it comes from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError, listing, nearest
from gnn2mlp.encoders.reading import read
from gnn2mlp.encoders.values import Values, Where

# What one value of a row is, rather than a column: texts have a length as well.
_NO_COLUMNS = (str, bytes, Mapping)
_FEW = 32
_TIMES = ("timestamp", "date", "time", "duration")


class RawTable:
    """A data frame of pandas or polars, an Arrow table, columns by name, or rows as mappings.

    A mapping one of whose values is no column, but a number or a text, is one row.

    Args:
        table: one of these.
        name: for messages.
        quick: whether few rows are read as Python objects, which is sooner done; the kind of a column, which they tell
            less well, is then known already.

    Raises:
        DataError: if it is none, or its columns differ in length.

    Example:
        >>> RawTable({"likes": 3, "tags": ["a", "b"]}).rows
        1
        >>> RawTable([{"likes": 3}, {"likes": 5, "name": "x"}]).names
        ('likes', 'name')
    """

    def __init__(self, table: Any, name: str = "table", quick: bool = False):
        self.name = name
        if isinstance(table, Sequence) and not isinstance(table, str | bytes) and _all_mappings(table):
            table = _by_column(table)
        elif isinstance(table, np.ndarray) and table.dtype == object and table.ndim == 1 and _all_mappings(table):
            table = _by_column(table.tolist())
        if isinstance(table, Mapping):
            table = _one_row(table)
        self._table = table
        self._labels = self._columns(table)
        self.names = tuple(map(str, self._labels))
        self._keys = {name: place for place, name in enumerate(self.names)}
        self._check_unique()
        self.rows = self._length(table)
        self._quick = quick and self.rows <= _FEW
        self._objects: np.ndarray | None = None  # of pandas, all columns at once
        index = getattr(table, "index", None) if hasattr(table, "iloc") else None
        self._index = None if type(index).__name__ == "RangeIndex" else index

    def _check_unique(self) -> None:
        if len(self._keys) < len(self.names):
            twice = [repr(name) for name, count in Counter(self.names).items() if count > 1]
            raise DataError(f"{self.name}: expected each column once, got {listing(twice)} more than once; rename one")

    def _columns(self, table: Any) -> list[Any]:
        if isinstance(table, Mapping):
            return list(table)
        if hasattr(table, "schema") and hasattr(table, "column"):  # Arrow, whose tables call their data `columns`
            return list(table.schema.names)
        if (hasattr(table, "iloc") or hasattr(table, "get_column")) and hasattr(table, "columns"):
            return list(table.columns)
        raise DataError(
            f"{self.name}: expected a table with named columns (a data frame of pandas or polars, an Arrow table, a "
            f"mapping from names to columns, or rows as mappings), got {type(table).__name__}"
        )

    def _length(self, table: Any) -> int:
        if not isinstance(table, Mapping):
            return int(table.num_rows if hasattr(table, "num_rows") else table.shape[0])
        lengths = {name: len(column) for name, column in table.items()}
        if len(set(lengths.values())) > 1:
            told = listing([f"{name!r}: {length}" for name, length in lengths.items()])
            raise DataError(f"{self.name}: expected columns of one length, got {told} rows")
        return next(iter(lengths.values()), 0)

    def column(self, name: str) -> Any:
        """The column as its library has it."""
        table, place = self._table, self._keys[name]
        if isinstance(table, Mapping):
            return table[self._labels[place]]
        if self._quick and hasattr(table, "iloc"):
            if self._objects is None:
                self._objects = table.to_numpy(dtype=object)
            return self._objects[:, place].tolist()
        if hasattr(table, "get_column"):
            column = table.get_column(name)
            return column.to_list() if self._quick else column
        if hasattr(table, "iloc"):
            return table[self._labels[place]]
        column = table.column(place)
        # Without pandas, Arrow makes no Python objects of all moments.
        return column.to_pylist() if self._quick and not str(column.type).startswith(_TIMES) else column

    def dtype(self, name: str) -> str:
        """What the library calls the type of a column."""
        column = self.column(name)
        return str(getattr(column, "dtype", getattr(column, "type", "object")))

    def read(self, name: str, ids: Any = None, rows: np.ndarray | None = None) -> Values:
        """The values of a column.

        Args:
            name: of the column.
            ids: of all rows of the table, for messages; default: the index of pandas, if it is no mere numbering.
            rows: numbers of those to read; default: all.
        """
        column, where = self.column(name), Where(name, self._index if ids is None else ids, rows)
        return read(column if rows is None else _taken(column, rows), where)


def check_columns(raw: RawTable, names: Sequence[str]) -> None:
    """Raise `DataError` unless the columns that training read are all there; it names the nearest that are there."""
    there = frozenset(raw.names)
    missing = [name for name in names if name not in there]
    if missing:
        spare = [name for name in raw.names if name not in names]
        told = listing([f"{name!r}{nearest(name, spare)}" for name in missing])
        raise DataError(
            f"{raw.name}: expected the {len(names)} columns that training read, in any order; missing {told}; a column "
            "without values (None) stands for gaps"
        )


def _all_mappings(rows: Any) -> bool:
    return len(rows) > 0 and all(isinstance(row, Mapping) for row in rows)


def _by_column(rows: Sequence[Mapping[Any, Any]]) -> dict[Any, list[Any]]:
    """Rows as columns; what a row does not mention is a gap."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: [row.get(name) for row in rows] for name in names}


def _one_row(table: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Columns by name, from these or from the values of one row."""
    if all(hasattr(value, "__len__") and not isinstance(value, _NO_COLUMNS) for value in table.values()):
        return table
    return {name: [value] for name, value in table.items()}


def _taken(column: Any, rows: np.ndarray) -> Any:
    """Some rows of a column."""
    if isinstance(column, np.ndarray):
        return column[rows]
    if hasattr(column, "iloc"):
        return column.iloc[rows]
    if hasattr(column, "to_physical"):  # polars
        return column[rows]
    if hasattr(column, "take"):  # Arrow
        return column.take(rows)
    if hasattr(column, "__array__"):
        return np.asarray(column)[rows]
    return [column[row] for row in rows.tolist()]
