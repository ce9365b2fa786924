"""A graph where there is none: every sample and those nearest to it, as in the embedded data set of digits."""

from typing import Any, NamedTuple

import numpy as np
from sklearn.neighbors import NearestNeighbors

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.nn.csr import CSR, Features


class Samples(NamedTuple):
    """Distinct samples, in an order that follows from them alone.

    Attributes:
        rows: int64 (distinct,): one of the rows of each.
        weight: float64 (distinct,): how much its rows weigh together, or `None` where every one is a row of its own.
    """

    rows: np.ndarray
    weight: np.ndarray | None


def distinct(x: Features, labels: np.ndarray, weight: np.ndarray | None = None) -> Samples:
    """Samples that are alike in features and label as one, and those without weight left out.

    So a sample of weight 2 is two samples, one of weight 0 is none, and the order of rows is nothing.

    Args:
        x: (rows, features).
        labels: (rows, ...) numbers, NaN where unknown.
        weight: (rows,) from 0.

    Example:
        >>> import torch
        >>> found = distinct(torch.tensor([[2.0], [1.0], [2.0], [2.0]]), np.array([0, 0, 0, 1]))
        >>> sorted(zip(found.rows.tolist(), found.weight.tolist()))
        [(0, 2.0), (1, 1.0), (3, 1.0)]
    """
    kept = np.arange(x.shape[0]) if weight is None else np.flatnonzero(weight)
    _, first, place = np.unique(_keys(x, labels)[kept], return_index=True, return_inverse=True)
    if weight is None and len(first) == len(kept):
        return Samples(kept[first], None)
    return Samples(kept[first], np.bincount(place, weights=None if weight is None else weight[kept]).astype(np.float64))


def _keys(x: Features, labels: np.ndarray) -> np.ndarray:
    """(rows,) bytes that are equal where features and labels are."""
    told = np.ascontiguousarray(labels, dtype=np.float64).reshape(x.shape[0], -1) + 0.0  # which makes 0 of -0
    if not isinstance(x, CSR):
        table = np.concatenate([x.numpy().astype(np.float64) + 0.0, told], axis=1)
        return np.ascontiguousarray(table).view([("", f"V{table.itemsize * table.shape[1]}")])[:, 0]
    matrix = x.to_scipy().astype(np.float64)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    starts = matrix.indptr
    keys = np.empty(x.shape[0], dtype=object)
    for row, own in enumerate(told):
        inside = slice(starts[row], starts[row + 1])
        keys[row] = matrix.indices[inside].tobytes() + matrix.data[inside].tobytes() + own.tobytes()
    return keys


def nearest(x: Features, k: Any) -> np.ndarray:
    """Edges int64 (2, rows * k) from each sample to the `k` others that are nearest, by Euclidean distance.

    Args:
        x: (rows, features).
        k: how many, a whole number; of few samples all others.

    Raises:
        ConfigError: unless `k` is a whole number from 1.
        DataError: if there is no other.

    Example:
        >>> import torch
        >>> nearest(torch.tensor([[0.0], [1.0], [5.0]]), k=1).tolist()
        [[0, 1, 2], [1, 0, 1]]
    """
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or k < 1:
        raise ConfigError(f"k: expected how many nearest samples are linked to each, a whole number from 1, got {k!r}")
    rows = x.shape[0]
    if rows < 2:
        raise DataError(
            f"X: expected at least two different samples to build a graph of, got n_samples = {rows}; give more, or "
            "edges"
        )
    count = min(int(k), rows - 1)
    matrix: Any = x.to_scipy() if isinstance(x, CSR) else x.numpy()
    found = NearestNeighbors(n_neighbors=count).fit(matrix).kneighbors(return_distance=False)
    return np.stack([np.arange(rows).repeat(count), found.ravel()])
