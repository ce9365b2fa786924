"""Some rows of a table, whatever it is kept in. Imports no library: what a table offers says how it is read."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def take_rows(table: Any, rows: np.ndarray) -> Any:
    """The rows of these numbers, in this order, as a table of the same kind.

    Args:
        table: numpy, scipy sparse, torch, pandas, polars, Arrow, columns by name, or a sequence.
        rows: int (rows,), from 0.

    Example:
        >>> take_rows({"a": [1, 2, 3], "b": ["x", "y", "z"]}, np.array([2, 0]))
        {'a': [3, 1], 'b': ['z', 'x']}
        >>> take_rows(np.eye(3), np.array([1])).tolist()
        [[0.0, 1.0, 0.0]]
    """
    if isinstance(table, Mapping):
        return {name: take_rows(column, rows) for name, column in table.items()}
    if hasattr(table, "iloc"):
        return table.iloc[rows]
    if isinstance(table, list | tuple | range | str):
        return [table[row] for row in rows.tolist()]
    if hasattr(table, "to_scipy"):  # this package's own sparse rows
        import torch

        return table.rows(torch.from_numpy(rows))
    if hasattr(table, "combine_chunks") or type(table).__module__.split(".")[0] == "pyarrow":
        return table.take(rows)
    return (table.tocsr() if hasattr(table, "tocsr") else table)[rows]


def spread(rows: np.ndarray, most: int) -> np.ndarray:
    """The rows, or, of more than `most`, as many of them, evenly spread.

    Example:
        >>> spread(np.arange(10), 4).tolist(), spread(np.arange(3), 4).tolist()
        ([0, 3, 6, 9], [0, 1, 2])
    """
    found: np.ndarray = rows if len(rows) <= most else rows[np.linspace(0, len(rows) - 1, most).astype(np.int64)]
    return found


def num_rows(table: Any) -> int:
    """How many rows a table has; of columns by name, the first one's.

    Example:
        >>> num_rows({"a": [1, 2, 3]}), num_rows(np.eye(4))
        (3, 4)
    """
    if isinstance(table, Mapping):
        return num_rows(next(iter(table.values()))) if table else 0
    shape = getattr(table, "shape", None)
    return int(shape[0]) if shape else len(table)
