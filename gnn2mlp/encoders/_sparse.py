"""Sparse rows as three arrays: a single row would pay more for an object of scipy than for all that is in it."""

from typing import Any, NamedTuple

import numpy as np


class SparseRows(NamedTuple):
    """Rows of which most features are 0.

    Args:
        data: float32 (filled,), what is not 0, row by row.
        indices: int32 (filled,), the features of these, ascending in each row.
        indptr: int64 (rows + 1,), where each row begins.
        width: how many features there are.

    Example:
        >>> rows = SparseRows(np.float32([5, 7]), np.int32([1, 0]), np.array([0, 1, 2]), 2)
        >>> rows.to_dense().tolist()
        [[0.0, 5.0], [7.0, 0.0]]
    """

    data: np.ndarray
    indices: np.ndarray
    indptr: np.ndarray
    width: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and features."""
        return len(self.indptr) - 1, self.width

    def to_scipy(self) -> Any:
        """Scipy's CSR with these arrays."""
        from scipy.sparse import csr_matrix

        made = csr_matrix((self.data, self.indices, self.indptr), shape=self.shape)
        made.has_sorted_indices = made.has_canonical_format = True
        return made

    def to_dense(self) -> np.ndarray:
        """The same float32 (rows, width)."""
        table = np.zeros(self.shape, dtype=np.float32)
        table[np.repeat(np.arange(len(table)), np.diff(self.indptr)), self.indices] = self.data
        return table

    def take(self, rows: np.ndarray) -> "SparseRows":
        """These rows, in this order; -1 is a row of zeros."""
        begins = np.append(self.indptr[:-1], 0)[rows]
        lengths = np.append(np.diff(self.indptr), 0)[rows]
        indptr = np.concatenate([[0], np.cumsum(lengths)])
        places = np.repeat(begins - indptr[:-1], lengths) + np.arange(indptr[-1])
        return SparseRows(self.data[places], self.indices[places], indptr, self.width)


def sparse_rows(features: Any) -> SparseRows:
    """Features (rows, width), numpy, scipy's CSR or such rows, without what is 0."""
    if isinstance(features, SparseRows):
        return features
    if hasattr(features, "indptr"):
        return SparseRows(features.data, features.indices, features.indptr.astype(np.int64), features.shape[1])
    rows, columns = features.nonzero()
    indptr = np.zeros(len(features) + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=len(features)), out=indptr[1:])
    return SparseRows(features[rows, columns], columns.astype(np.int32), indptr, features.shape[1])


def dense_rows(features: Any) -> np.ndarray:
    """Features (rows, width), numpy, scipy's CSR or sparse rows, as numpy."""
    return features if isinstance(features, np.ndarray) else sparse_rows(features).to_dense()
