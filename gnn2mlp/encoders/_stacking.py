"""Features of several columns beside each other."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gnn2mlp.encoders._words import csr

# Fewer features are cheap as they are, however many are 0.
_WIDE = 64
# Above this share of values that are not 0, sparse rows are no smaller than dense ones by much.
_FULL = 0.25


def is_mostly_zero(parts: Sequence[Any], width: int) -> bool:
    """Whether rows (rows, width in all) are better kept sparse."""
    rows = max((part.shape[0] for part in parts), default=0)
    filled = sum(int(np.count_nonzero(part)) if isinstance(part, np.ndarray) else part.nnz for part in parts)
    return width >= _WIDE and filled < _FULL * rows * width


def stacked(parts: Sequence[Any], rows: int, width: int, sparse: bool) -> Any:
    """Parts (rows, their width), numpy or scipy's CSR, beside each other: float32 (rows, width).

    Args:
        parts: in their order.
        rows: of each.
        width: of all together.
        sparse: whether to give scipy's CSR.
    """
    return _sparse(parts, rows, width) if sparse else _dense(parts, rows, width)


def _dense(parts: Sequence[Any], rows: int, width: int) -> np.ndarray:
    table, start = np.empty((rows, width), dtype=np.float32), 0
    for part in parts:
        stop = start + part.shape[1]
        table[:, start:stop] = part if isinstance(part, np.ndarray) else part.toarray()
        start = stop
    return table


def _sparse(parts: Sequence[Any], rows: int, width: int) -> Any:
    """As scipy's `hstack`, which takes several times the memory on the way."""
    lengths = [_lengths(part) for part in parts]
    indptr = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(sum(lengths, np.zeros(rows, dtype=np.int64)), out=indptr[1:])
    data, indices = np.empty(indptr[-1], dtype=np.float32), np.empty(indptr[-1], dtype=np.int32)
    free, start = indptr[:-1].copy(), 0  # where the next value of each row goes
    for part, length in zip(parts, lengths, strict=True):
        columns, values = _entries(part)
        begins = np.cumsum(length) - length
        places = np.repeat(free - begins, length) + np.arange(len(values))
        data[places], indices[places] = values, columns + start
        free += length
        start += part.shape[1]
    return csr(data, indices, indptr, width)


def _lengths(part: Any) -> np.ndarray:
    counts = np.count_nonzero(part, axis=1) if isinstance(part, np.ndarray) else np.diff(part.indptr)
    return np.asarray(counts, dtype=np.int64)


def _entries(part: Any) -> tuple[np.ndarray, np.ndarray]:
    """Columns and values of what is not 0, row by row."""
    if isinstance(part, np.ndarray):
        rows, columns = part.nonzero()
        return columns, part[rows, columns]
    return part.indices, part.data
