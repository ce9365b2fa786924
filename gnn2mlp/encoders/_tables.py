"""A table's columns by name, whatever library it comes from."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError, listing, nearest
from gnn2mlp.encoders._reading import read
from gnn2mlp.encoders._values import Values, Where

# What one value of a row is, rather than a column: texts have a length as well.
_NO_COLUMNS = (str, bytes, Mapping)


class RawTable:
    """A data frame of pandas or polars, an Arrow table, columns by name, or rows as mappings.

    A mapping one of whose values is no column, but a number or a text, is one row.

    Args:
        table: one of these.
        name: for messages.

    Raises:
        DataError: if it is none, or its columns differ in length.

    Example:
        >>> RawTable({"likes": 3, "tags": ["a", "b"]}).rows
        1
        >>> RawTable([{"likes": 3}, {"likes": 5, "name": "x"}]).names
        ('likes', 'name')
    """

    def __init__(self, table: Any, name: str = "table"):
        self.name = name
        if isinstance(table, Sequence) and not isinstance(table, str | bytes) and _all_mappings(table):
            table = _by_column(table)
        elif isinstance(table, np.ndarray) and table.dtype == object and table.ndim == 1 and _all_mappings(table):
            table = _by_column(table.tolist())
        if isinstance(table, Mapping):
            table = _one_row(table)
        self._table = table
        self.names, self._keys = self._columns(table)
        self.rows = self._length(table)
        index = getattr(table, "index", None) if hasattr(table, "iloc") else None
        self._index = None if type(index).__name__ == "RangeIndex" else index

    def _columns(self, table: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
        found = self._labels(table)
        names = tuple(map(str, found))
        if len(set(names)) < len(names):
            twice = [repr(name) for name, count in Counter(names).items() if count > 1]
            raise DataError(f"{self.name}: expected each column once, got {listing(twice)} more than once; rename one")
        return names, dict(zip(names, found, strict=True))

    def _labels(self, table: Any) -> list[Any]:
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
        key = self._keys[name]
        if hasattr(self._table, "schema") and hasattr(self._table, "column"):
            return self._table.column(self.names.index(name))
        return self._table[key]

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
    missing = [name for name in names if name not in raw.names]
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
