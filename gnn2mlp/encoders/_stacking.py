"""Features of several columns beside each other."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np

from gnn2mlp.encoders._sparse import SparseRows, dense_rows, sparse_rows

# Fewer features are cheap as they are, however many are 0.
_WIDE = 64
# Above this share of values that are not 0, sparse rows are no smaller than dense ones by much.
_FULL = 0.25
# Of so few rows, dense parts are cheaper to join than to handle one by one.
_FEW = 64


def is_mostly_zero(parts: Sequence[Any], width: int) -> bool:
    """Whether rows (rows, width in all) are better kept sparse."""
    rows = max((part.shape[0] for part in parts), default=0)
    filled = sum(len(sparse_rows(part).data) for part in parts)
    return width >= _WIDE and filled < _FULL * rows * width


def stacked(parts: Sequence[Any], rows: int, width: int, sparse: bool) -> np.ndarray | SparseRows:
    """Parts (rows, their width), dense or sparse, beside each other: float32 (rows, width).

    Args:
        parts: in their order.
        rows: of each.
        width: of all together.
        sparse: whether to leave out what is 0.
    """
    return _sparse(parts, rows, width) if sparse else _dense(parts, rows, width)


def _dense(parts: Sequence[Any], rows: int, width: int) -> np.ndarray:
    table, start = np.empty((rows, width), dtype=np.float32), 0
    for part in parts:
        stop = start + part.shape[1]
        table[:, start:stop] = dense_rows(part)
        start = stop
    return table


def _sparse(parts: Sequence[Any], rows: int, width: int) -> SparseRows:
    """As scipy's `hstack`, which takes several times the memory on the way."""
    found = [sparse_rows(part) for part in (_joined(parts) if rows <= _FEW else parts)]
    lengths = [np.diff(part.indptr) for part in found]
    indptr = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(sum(lengths, np.zeros(rows, dtype=np.int64)), out=indptr[1:])
    data, indices = np.empty(indptr[-1], dtype=np.float32), np.empty(indptr[-1], dtype=np.int32)
    free, start = indptr[:-1].copy(), 0  # where the next value of each row goes
    for part, length in zip(found, lengths, strict=True):
        places = np.repeat(free - part.indptr[:-1], length) + np.arange(len(part.data))
        data[places], indices[places] = part.data, part.indices + np.int32(start)
        free += length
        start += part.width
    return SparseRows(data, indices, indptr, width)


def _joined(parts: Sequence[Any]) -> list[Any]:
    """The parts, of which dense neighbours are one."""
    groups = groupby(parts, key=lambda part: isinstance(part, np.ndarray))
    return [one for dense, some in groups for one in ([np.concatenate([*some], axis=1)] if dense else some)]
