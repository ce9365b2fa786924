"""The few features that tell a node from the others, for a map to show: its rarest words, its most unusual columns."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.nn import CSR

# Rows that are looked at together: dense rows of many columns are not copied all at once.
_ROWS = 2048


class TypicalFeatures(NamedTuple):
    """The features that stand out at each node, most unusual first.

    Args:
        start: int64 (nodes + 1,), where those of a node begin in the other two.
        feature: int64 (stored,), which.
        value: float64 (stored,), of the feature at the node.
        names: of those features that occur, by number.
        words: whether the features are words that a node has or lacks: their values then say nothing.
    """

    start: np.ndarray
    feature: np.ndarray
    value: np.ndarray
    names: dict[int, str]
    words: bool


def typical_features(
    features: Any, rows: np.ndarray, names: Sequence[str] | None = None, most: int = 5
) -> TypicalFeatures:
    """What stands out at each of `rows`.

    Sparse features, as of a bag of words: the largest value x log(nodes / nodes that have it). Dense ones: those
    farthest from their mean, in standard deviations.

    Args:
        features: (nodes, features): an array, a tensor, scipy's sparse matrix or `CSR`.
        rows: int64, of the nodes that are shown.
        names: one for each feature; default `"feature 0"` and so on.
        most: features of a node.

    Raises:
        DataError: if names and features differ in number.

    Example:
        >>> words = sp.csr_matrix([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0]])
        >>> found = typical_features(words, np.array([1]), ["the", "graph", "film"], most=1)
        >>> found.names, found.words
        ({2: 'film'}, True)
    """
    matrix = features.to_scipy() if isinstance(features, CSR) else features
    matrix = matrix.tocsr() if sp.issparse(matrix) else np.asarray(matrix)
    if matrix.ndim != 2 or (names is not None and len(names) != matrix.shape[1]):
        raise DataError(
            f"features: expected (nodes, features) and a name for each feature, got the shape {matrix.shape} and "
            f"{'no' if names is None else len(names)} names"
        )
    row, feature, value, words = _sparse(matrix, rows, most) if sp.issparse(matrix) else _dense(matrix, rows, most)
    start = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(rows)))])
    texts = {int(one): str(names[one]) if names is not None else f"feature {one}" for one in np.unique(feature)}
    return TypicalFeatures(start, feature, value, texts, words)


_Found = tuple[np.ndarray, np.ndarray, np.ndarray, bool]


def _sparse(matrix: Any, rows: np.ndarray, most: int) -> _Found:
    holders = np.bincount(matrix.indices[matrix.data != 0], minlength=matrix.shape[1])
    rarity = np.log(matrix.shape[0] / np.maximum(holders, 1))
    own = matrix[rows].tocoo()
    keep = own.data != 0
    row, feature, value = own.row[keep], own.col[keep], own.data[keep]
    # By row, most unusual first; then the place of each within its row.
    order = np.lexsort((-np.abs(value) * rarity[feature], row))
    row, feature, value = row[order], feature[order], value[order]
    first = np.searchsorted(row, np.arange(len(rows)))
    chosen = np.arange(len(row)) - first[row] < most
    words = bool((matrix.data[:100_000] == matrix.data[:1]).all()) if matrix.nnz else True
    return row[chosen], feature[chosen].astype(np.int64), value[chosen].astype(float), words


def _dense(matrix: np.ndarray, rows: np.ndarray, most: int) -> _Found:
    width = min(most, matrix.shape[1])
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0)
    parts = []
    for at in range(0, len(rows), _ROWS):
        block = matrix[rows[at : at + _ROWS]]
        unusual = np.abs(block - mean) / np.maximum(spread, np.finfo(np.float32).tiny)
        unusual[:, spread == 0] = -1
        parts.append(np.argsort(-unusual, axis=1, kind="stable")[:, :width])
    top = np.concatenate(parts) if parts else np.zeros((0, width), dtype=np.int64)
    row = np.repeat(np.arange(len(rows)), width)
    feature = top.ravel()
    binary = bool(((matrix[:1000] == 0) | (matrix[:1000] == 1)).all())
    value = matrix[rows[row], feature].astype(float)
    kept = value != 0 if binary else np.isfinite(value)
    return row[kept], feature[kept].astype(np.int64), value[kept], binary
