import numpy as np
import scipy.sparse

from gnn2mlp.encoders._sparse import SparseRows, dense_rows, sparse_rows

TABLE = np.float32([[0, 2, 0], [0, 0, 0], [1, 0, 3]])


def test_forms_are_the_same_rows() -> None:
    for form in (TABLE, scipy.sparse.csr_matrix(TABLE), sparse_rows(TABLE)):
        rows = sparse_rows(form)
        assert rows.shape == (3, 3)
        np.testing.assert_array_equal(rows.to_dense(), TABLE)
        np.testing.assert_array_equal(dense_rows(form), TABLE)


def test_scipy_takes_them_as_they_are() -> None:
    made = sparse_rows(TABLE).to_scipy()
    made.check_format(full_check=True)
    assert made.has_canonical_format
    np.testing.assert_array_equal(made.toarray(), TABLE)


def test_rows_in_another_order_and_rows_of_zeros() -> None:
    rows = sparse_rows(TABLE).take(np.array([2, -1, 0, 2, 1]))
    np.testing.assert_array_equal(rows.to_dense(), np.vstack([TABLE[2], 0 * TABLE[0], TABLE[0], TABLE[2], TABLE[1]]))
    nothing = SparseRows(np.empty(0, np.float32), np.empty(0, np.int32), np.zeros(1, np.int64), 4)
    assert nothing.take(np.array([-1])).to_dense().tolist() == [[0] * 4]
    assert nothing.take(np.empty(0, dtype=np.int64)).shape == (0, 4)
