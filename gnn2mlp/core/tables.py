"""Feature tables as numpy or scipy arrays: what is no table of finite numbers is refused. Imports no torch."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError


def check_table(table: Any, name: str = "features") -> Any:
    """`table` as a float array or scipy CSR matrix of shape (rows, features).

    Accepts numpy, scipy sparse, pandas, lists, and what numpy can read. float64 stays float64, all else becomes
    float32. What is sparse stays so.

    Raises:
        DataError: if it is not two-dimensional, not numeric, or not finite (the message counts the bad rows).
    """
    check_real(table, name)
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
        DataError: if they are no numbers.
    """
    try:
        return np.array(np.asarray(table), dtype=_float_type(table))
    except (TypeError, ValueError) as error:
        raise DataError(
            f"{name}: features must be a numeric (nodes, features) array, got {type(table).__name__}: {error}"
        ) from error


def check_real(table: Any, name: str) -> None:
    """Raise `DataError` for complex numbers, whose imaginary part numpy, scipy and torch would drop."""
    dtype = getattr(table, "dtype", None)
    if getattr(dtype, "kind", "") == "c" or getattr(dtype, "is_complex", False):  # numpy's and torch's ways to say it
        raise DataError(f"{name}: Complex data not supported: features must be real, got {table.dtype}")


def check_shape(shape: Sequence[int], name: str) -> None:
    """Raise `DataError` unless there are rows and columns, at least one of the latter."""
    if len(shape) != 2 or shape[1] == 0:
        raise DataError(
            f"{name}: features must have shape (nodes, features) with at least one feature, got {tuple(shape)}"
        )


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
