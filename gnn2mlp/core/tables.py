"""Feature tables as numpy or scipy arrays: what is no table of finite numbers is refused. Imports no torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError, ValueTypeError

# What a cell of a CSV file says where it says nothing. A bare NA is one in columns of numbers alone: it is a country.
GAPS = ("", "#N/A", "<NA>", "N/A", "NULL", "NaN", "n/a", "nan", "null")


def check_table(table: Any, name: str = "features") -> Any:
    """`table` as a float array or scipy CSR matrix of shape (rows, features).

    Accepts numpy, scipy sparse, `CSR`, pandas, polars, Arrow, columns by name, lists, and what numpy can read. float64
    stays float64, all else becomes float32. What is sparse stays so.

    Raises:
        DataError: if it is not two-dimensional, not numeric, or not finite (the message counts the bad rows).
    """
    check_real(table, name)
    if hasattr(table, "to_scipy"):  # this package's own sparse rows, which a graph's features may be
        table = table.to_scipy()
    if hasattr(table, "tocsr"):  # not scipy's own test: whoever has a sparse matrix pays for scipy, nobody else
        x = table.tocsr().astype(_float_type(table), copy=False)
        bad = np.repeat(np.arange(x.shape[0]), np.diff(x.indptr))[~np.isfinite(x.data)]
    else:
        x = as_array(table, name)
        bad = np.empty(0) if np.isfinite(x).all() else (~np.isfinite(x)).nonzero()[0]
    check_shape(x.shape, name)
    check_finite(bad, x.shape[0], name)
    return x


def as_array(table: Any, name: str) -> np.ndarray:
    """A new float array with the values of `table`.

    Raises:
        DataError: if they are no numbers; of a table with names it says which column.
    """
    try:
        if isinstance(table, Mapping):
            return np.stack([np.asarray(column, dtype=np.float32) for column in table.values()], axis=-1)
        return np.array(np.asarray(table), dtype=_float_type(table))
    except (TypeError, ValueError) as error:
        kind = ValueTypeError if isinstance(error, TypeError) else DataError
        raise kind(
            f"{name}: features must be a numeric (nodes, features) array, got {type(table).__name__}"
            f"{_culprit(table)}: {error}"
        ) from error


def column_names(table: Any) -> tuple[str, ...] | None:
    """The column names of a table of pandas, polars or Arrow or of a mapping from names to columns.

    `None` for anything else, and for columns that are merely numbered.
    """
    found: Any
    if isinstance(table, Mapping):
        found = table.keys()
    elif hasattr(table, "schema") and hasattr(table, "column"):  # Arrow, whose tables call their data `columns`
        found = table.schema.names
    else:
        found = getattr(table, "columns", None)
    names = [] if found is None or callable(found) else list(found)
    return tuple(map(str, names)) if names and all(isinstance(name, str) for name in names) else None


def _culprit(table: Any) -> str:
    """The first column that holds no numbers, for a message; empty where columns have no names."""
    for name in column_names(table) or ():
        try:
            np.asarray(table[name]).astype(np.float32)
        except (TypeError, ValueError):
            return f" (column {name!r})"
        except KeyError:  # Arrow's answer where two columns have the name
            return ""
    return ""


def check_real(table: Any, name: str) -> None:
    """Raise `DataError` for complex numbers, whose imaginary part numpy, scipy and torch would drop."""
    dtype = getattr(table, "dtype", None)
    if getattr(dtype, "kind", "") == "c" or getattr(dtype, "is_complex", False):  # numpy's and torch's ways to say it
        raise DataError(f"{name}: Complex data not supported: features must be real, got {table.dtype}")


def check_shape(shape: Sequence[int], name: str) -> None:
    """Raise `DataError` unless there are rows and columns, at least one of the latter."""
    wanted = f"{name}: features must have shape (nodes, features) with at least one feature"
    if len(shape) != 2:
        advice = "; Reshape your data: X.reshape(1, -1) if it is one row, X.reshape(-1, 1) if it is one feature"
        raise DataError(f"{wanted}, got {tuple(shape)}{advice if len(shape) == 1 else ''}")
    if shape[1] == 0:  # in words that scikit-learn's own checks look for
        raise DataError(f"{wanted}, got 0 feature(s) (shape={tuple(shape)}) while a minimum of 1 is required.")


def check_finite(bad: np.ndarray, rows: int, name: str) -> None:
    """Raise `DataError` if there is a bad row.

    Args:
        bad: the row of every value that is NaN or infinite.
        rows: of the table.
        name: for the message.
    """
    if bad.size:
        found = np.unique(bad)
        raise DataError(
            f"{name}: features must be finite, got NaN or infinity in {found.size} of {rows} rows "
            f"(first: row {found[0]}); impute or drop them"
        )


def _float_type(table: Any) -> type:
    return np.float64 if getattr(table, "dtype", None) == np.float64 else np.float32
