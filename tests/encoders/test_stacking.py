import numpy as np
import scipy.sparse
from scipy.sparse import csr_matrix

from gnn2mlp.encoders._stacking import is_mostly_zero, stacked


def parts(rows: int = 5) -> list:
    draw = np.random.default_rng(0)
    first = draw.random((rows, 3), dtype=np.float32) * (draw.random((rows, 3)) > 0.5)
    second = scipy.sparse.random(rows, 70, 0.1, "csr", np.float32, rng=draw)
    return [first, csr_matrix(second), np.zeros((rows, 0), dtype=np.float32), np.ones((rows, 1), dtype=np.float32)]


def test_sparse_and_dense_are_the_same_rows() -> None:
    for rows in (5, 1, 0):
        given = parts(rows)
        expected = np.concatenate([part if isinstance(part, np.ndarray) else part.toarray() for part in given], axis=1)
        dense, sparse = stacked(given, rows, 74, False), stacked(given, rows, 74, True)
        sparse.to_scipy().check_format(full_check=True)
        np.testing.assert_array_equal(dense, expected)
        np.testing.assert_array_equal(sparse.to_dense(), expected)
        assert dense.dtype == sparse.data.dtype == np.float32


def test_sparse_where_many_features_are_zero() -> None:
    assert is_mostly_zero(parts(), 74)
    assert not is_mostly_zero([np.zeros((5, 3))], 3)
    assert not is_mostly_zero([np.ones((5, 99))], 99)
