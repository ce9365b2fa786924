import dataclasses
import warnings

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.nn import devices
from gnn2mlp.nn.csr import CSR, DENSE_ABOVE, compute_form, gather, num_bytes
from tests.cuda import needs_cuda
from tests.host_syncs import host_syncs

# An empty row (1), an empty column (3), an empty last row.
DENSE = torch.tensor([[0.0, 2.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0], [1.0, 0.0, 3.0, 0.0], [0.0, 0.0, 0.0, 0.0]])


@pytest.fixture
def matrix() -> CSR:
    return CSR.from_dense(DENSE)


def _random(rows: int, columns: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> CSR:
    random = np.random.default_rng(seed)
    return CSR.from_scipy(sp.random(rows, columns, 0.3, "csr", np.float64, random)).to(dtype=dtype)


def test_from_dense_by_hand(matrix: CSR) -> None:
    assert matrix.indptr.tolist() == [0, 1, 1, 3, 3]
    assert matrix.indices.tolist() == [1, 0, 2]
    assert matrix.values.tolist() == [2, 1, 3]
    assert matrix.shape == (4, 4)
    assert (len(matrix), matrix.nnz, matrix.density) == (4, 3, 3 / 16)
    assert matrix.row_ids().tolist() == [0, 2, 2]
    assert torch.equal(matrix.to_dense(), DENSE)


def test_from_coo_sorts_and_sums_repeats() -> None:
    row, column = torch.tensor([2, 0, 2, 2]), torch.tensor([2, 1, 0, 2])
    matrix = CSR.from_coo(row, column, torch.tensor([1.0, 2.0, 1.0, 2.0]), (4, 4))
    assert matrix.indptr.tolist() == [0, 1, 1, 4, 4]
    assert matrix.indices.tolist() == [1, 0, 2, 2]
    assert torch.equal(matrix.to_dense(), DENSE)
    assert torch.equal(matrix @ torch.eye(4), DENSE)
    assert torch.equal(CSR.from_scipy(matrix.to_scipy()).to_dense(), DENSE)


@pytest.mark.parametrize(
    ("row", "column", "message"),
    [
        ([0, 2], [0, 0], r"row ids must lie in 0\.\.1, got 0\.\.2"),
        ([0, 1], [3, -1], r"column ids must lie in 0\.\.2, got -1\.\.3"),
    ],
)
def test_from_coo_refuses_ids_out_of_range(row: list[int], column: list[int], message: str) -> None:
    with pytest.raises(DataError, match=message):
        CSR.from_coo(torch.tensor(row), torch.tensor(column), torch.ones(2), (2, 3))


@pytest.mark.parametrize("form", [sp.csr_matrix, sp.csc_matrix, sp.coo_matrix, sp.lil_matrix, sp.csr_array])
def test_from_any_scipy_form_and_back(form) -> None:
    matrix = CSR.from_scipy(form(DENSE.numpy()))
    assert matrix.dtype == torch.float32
    assert torch.equal(matrix.to_dense(), DENSE)
    assert (matrix.to_scipy() != sp.csr_matrix(DENSE.numpy())).nnz == 0


def test_from_scipy_brings_rows_in_order_and_leaves_its_argument_alone() -> None:
    given = sp.csr_matrix((np.array([3.0, 1.0, 4.0]), np.array([2, 0, 2]), np.array([0, 3])), shape=(1, 3))
    matrix = CSR.from_scipy(given)
    assert matrix.indices.tolist() == [0, 2]
    assert matrix.values.tolist() == [1, 7]
    assert given.indices.tolist() == [2, 0, 2]
    matrix.values[0] = 9
    assert given.data.tolist() == [3, 1, 4]


@pytest.mark.parametrize(
    ("given", "expected"),
    [(np.float64, torch.float64), (np.float32, torch.float32), (np.int8, torch.float32), (bool, torch.float32)],
)
def test_from_scipy_types(given: type, expected: torch.dtype) -> None:
    assert CSR.from_scipy(sp.eye(2, dtype=given)).dtype == expected


def test_from_scipy_refuses_contradicting_arrays() -> None:
    damaged = sp.csr_matrix(DENSE.numpy())
    damaged.indices[0] = 99
    with pytest.raises(DataError, match="its arrays contradict each other"):
        CSR.from_scipy(damaged)


@pytest.mark.parametrize("shape", [(0, 4), (3, 4), (4, 0), (0, 0)])
def test_matrices_without_entries(shape: tuple[int, int]) -> None:
    matrix = CSR.from_dense(torch.zeros(shape))
    assert matrix.nnz == 0
    assert matrix.density == 0
    assert torch.equal(matrix @ torch.ones(shape[1], 2), torch.zeros(shape[0], 2))
    assert matrix.transpose().shape == shape[::-1]
    assert torch.equal(matrix.to_dense(), torch.zeros(shape))
    assert matrix.rows(torch.tensor([], dtype=torch.int64)).shape == (0, shape[1])


@pytest.mark.parametrize("ids", [[2], [2, 0], [1, 3], [2, 2, 0, 1], [0, 1, 2, 3], []])
def test_rows_in_the_asked_order(matrix: CSR, ids: list[int]) -> None:
    taken = matrix.rows(torch.tensor(ids, dtype=torch.int64))
    assert taken.shape == (len(ids), 4)
    assert torch.equal(taken.to_dense(), DENSE[ids])


def test_rows_of_a_random_matrix() -> None:
    matrix = _random(50, 20)
    ids = torch.randint(50, (200,), generator=torch.Generator().manual_seed(0))
    assert torch.equal(matrix.rows(ids).to_dense(), matrix.to_dense()[ids])


@pytest.mark.parametrize("ids", [[4], [-1], [-1, 0], [0, -1], [2, -3], [0, 4], [3, 10**9, -(2**63)]])
def test_rows_out_of_range_are_refused(matrix: CSR, ids: list[int]) -> None:
    message = rf"row ids must lie in 0\.\.3, got {min(ids)}\.\.{max(ids)}"
    with pytest.raises(DataError, match=message):
        matrix.rows(torch.tensor(ids))
    with pytest.raises(DataError, match=message):  # without scipy's kernels
        matrix.to(dtype=torch.float16).rows(torch.tensor(ids))


def test_no_rows_of_an_empty_matrix() -> None:
    empty = CSR.from_dense(torch.zeros(0, 4))
    assert empty.rows(torch.tensor([], dtype=torch.int64)).shape == (0, 4)
    for ids in ([0], [0, 0]):
        with pytest.raises(DataError, match="row ids"):
            empty.rows(torch.tensor(ids))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_does_what_other_types_do(matrix: CSR, dtype: torch.dtype) -> None:
    half, dense = matrix.to(dtype=dtype), DENSE.to(dtype)
    ids = torch.tensor([2, 2, 0, 1])
    assert torch.equal(half.rows(ids).to_dense(), dense[ids])
    assert torch.equal(half.transpose().to_dense(), dense.T)
    assert torch.equal(half @ torch.eye(4, dtype=dtype), dense)
    assert torch.equal(half.transpose_permutation().values, matrix.transpose_permutation().values)
    assert half.row_lengths().dtype == dtype
    assert half.to_scipy().toarray().tolist() == DENSE.tolist()


def test_transpose_by_hand_and_remembered(matrix: CSR) -> None:
    transposed = matrix.transpose()
    assert transposed.indptr.tolist() == [0, 1, 2, 3, 3]
    assert transposed.indices.tolist() == [2, 0, 2]
    assert transposed.values.tolist() == [1, 2, 3]
    assert matrix.transpose() is transposed


def test_transpose_of_a_random_matrix() -> None:
    matrix = _random(30, 17)
    assert torch.equal(matrix.transpose().to_dense(), matrix.to_dense().T)


def test_product_by_hand(matrix: CSR) -> None:
    dense = torch.tensor([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]])
    assert (matrix @ dense).tolist() == [[4, 40], [0, 0], [10, 100], [0, 0]]


def test_product_agrees_with_scipy_and_dense() -> None:
    matrix = _random(40, 25)
    dense = torch.rand(25, 7, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    expected = torch.from_numpy(matrix.to_scipy() @ dense.numpy())
    torch.testing.assert_close(matrix @ dense, expected)
    torch.testing.assert_close(matrix @ dense, matrix.to_dense() @ dense)


def test_product_with_a_transposed_view() -> None:
    matrix = _random(6, 5)
    view = torch.arange(15, dtype=torch.float64).reshape(3, 5).T
    torch.testing.assert_close(matrix @ view, matrix.to_dense() @ view)


def test_gradient_by_hand(matrix: CSR) -> None:
    dense = torch.ones(4, 1, requires_grad=True)
    (matrix @ dense * torch.tensor([[1.0], [5.0], [10.0], [5.0]])).sum().backward()
    assert dense.grad is not None
    assert dense.grad.tolist() == [[10], [2], [30], [0]]  # columns of the matrix times (1, 5, 10, 5)


@pytest.mark.parametrize("shape", [(6, 4), (3, 8), (5, 1)])
def test_gradient_numerically(shape: tuple[int, int]) -> None:
    matrix = _random(*shape)
    dense = torch.rand(shape[1], 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda d: matrix @ d, dense)


def test_gradient_through_a_broadcast_sum() -> None:
    matrix = _random(6, 4)
    dense = torch.ones(4, 2, dtype=torch.float64, requires_grad=True)
    (matrix @ dense).sum().backward()  # the incoming gradient is an expanded, non-contiguous one
    torch.testing.assert_close(dense.grad, matrix.to_dense().sum(0)[:, None].expand(4, 2))


def test_products_warn_of_nothing(matrix: CSR) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        matrix @ torch.eye(4)


def test_with_values_keeps_the_pattern_and_forgets_what_was_remembered(matrix: CSR) -> None:
    matrix.transpose()
    matrix @ torch.eye(4)
    twice = matrix.with_values(2 * matrix.values)
    assert torch.equal(twice @ torch.eye(4), 2 * DENSE)
    assert torch.equal(twice.transpose().to_dense(), 2 * DENSE.T)
    assert torch.equal(matrix @ torch.eye(4), DENSE)


def test_to_changes_the_type_or_returns_itself(matrix: CSR) -> None:
    assert matrix.to("cpu") is matrix
    assert matrix.to(dtype=torch.float32) is matrix
    double = matrix.to(dtype=torch.float64)
    assert double.dtype == torch.float64
    assert double.indices.dtype == torch.int64
    assert torch.equal(double.to_dense(), DENSE.double())


def test_frozen(matrix: CSR) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        matrix.shape = (1, 1)


def test_gather_keeps_the_form(matrix: CSR) -> None:
    ids = torch.tensor([2, 0])
    assert torch.equal(gather(DENSE, ids), DENSE[ids])
    sparse = gather(matrix, ids)
    assert isinstance(sparse, CSR)
    assert torch.equal(sparse.to_dense(), DENSE[ids])


def test_compute_form_densifies_what_is_fairly_full() -> None:
    full, thin = torch.zeros(10, 10), torch.zeros(10, 10)
    full.view(-1)[: int(100 * DENSE_ABOVE) + 1] = 1
    thin.view(-1)[: int(100 * DENSE_ABOVE)] = 1
    assert torch.equal(compute_form(CSR.from_dense(full)), full)
    assert isinstance(compute_form(CSR.from_dense(thin)), CSR)
    assert compute_form(full) is full


def test_compute_form_keeps_no_zeros_of_wide_dense_rows() -> None:
    wide = torch.zeros(10, 100)
    wide.view(-1)[::10] = torch.arange(1.0, 101.0)
    made = compute_form(wide)
    assert isinstance(made, CSR)
    assert made.nnz == DENSE_ABOVE * wide.numel()
    assert torch.equal(made.to_dense(), wide)
    wide[0, 1] = 1
    assert compute_form(wide) is wide
    narrow = torch.eye(40)
    assert compute_form(narrow) is narrow


def test_num_bytes(matrix: CSR) -> None:
    assert num_bytes(DENSE) == 64  # 16 floats
    assert num_bytes(matrix) == 5 * 8 + 3 * 8 + 3 * 4


@needs_cuda
def test_on_cuda_as_on_the_cpu() -> None:
    matrix = _random(40, 25)
    dense = torch.rand(25, 7, dtype=torch.float64, requires_grad=True)
    there = dense.detach().cuda().requires_grad_()
    (matrix @ dense).square().sum().backward()
    (matrix.to("cuda") @ there).square().sum().backward()
    torch.testing.assert_close(there.grad.cpu(), dense.grad)
    assert torch.equal(matrix.to("cuda").transpose().to_dense().cpu(), matrix.to_dense().T)
    on_cuda = matrix.to("cuda")
    assert on_cuda.to("cuda") is on_cuda  # "cuda" and "cuda:0" are one device


def test_lengths_of_rows_are_remembered() -> None:
    matrix = CSR.from_dense(torch.tensor([[3.0, 0.0, 4.0], [0.0, 0.0, 0.0], [0.0, 2.0, 0.0]]))
    assert matrix.row_lengths().tolist() == [5, 0, 2]
    assert matrix.row_lengths() is matrix.row_lengths()
    assert matrix.with_values(2 * matrix.values).row_lengths().tolist() == [10, 0, 4]


def test_sorted_triplets_need_no_sort() -> None:
    row, column, values = torch.tensor([0, 0, 2]), torch.tensor([1, 3, 0]), torch.tensor([5.0, 6.0, 7.0])
    made, reference = (build(row, column, values, (4, 4)) for build in (CSR.of_sorted, CSR.from_coo))
    assert torch.equal(made.to_dense(), reference.to_dense())
    assert torch.equal(made.indptr, reference.indptr)


def test_sums_of_rows_are_remembered() -> None:
    matrix = CSR.from_dense(torch.tensor([[3.0, 0.0, 4.0], [0.0, 0.0, 0.0], [0.0, -2.0, 0.0]]))
    assert matrix.row_sums().tolist() == [7, 0, -2]
    assert matrix.row_sums() is matrix.row_sums()
    assert matrix.with_values(2 * matrix.values).row_sums().tolist() == [14, 0, -4]


def test_a_diagonal_comes_before_the_other_entries_of_a_row() -> None:
    wide = CSR.from_dense(torch.tensor([[0.0, 2, 0, 3], [0, 0, 4, 0], [0, 0, 0, 0]]))
    made = wide.with_diagonal(torch.tensor([7.0, 8.0, 9.0]))
    assert made.to_dense().tolist() == [[7, 2, 0, 3], [0, 8, 4, 0], [0, 0, 9, 0]]
    assert made.indices.tolist() == [0, 1, 3, 1, 2, 2]
    assert made.shape == (3, 4)


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tensors of the CPU take the path of other devices."""
    monkeypatch.setattr(devices, "on_cpu", lambda tensor: False)


@pytest.mark.parametrize("ids", [[2], [2, 0, 2], [1, 3], []])
def test_rows_on_other_devices_look_once(matrix: CSR, elsewhere: None, ids: list[int]) -> None:
    with host_syncs() as found:
        rows = matrix.rows(torch.tensor(ids, dtype=torch.int64))
    assert found == ["tolist"] * bool(ids)
    assert torch.equal(rows.to_dense(), DENSE[ids])
    assert rows.shape == (len(ids), 4)


@pytest.mark.parametrize("ids", [[4, 0], [0, -1]])
def test_rows_on_other_devices_refuse_ids_out_of_range(matrix: CSR, elsewhere: None, ids: list[int]) -> None:
    with pytest.raises(DataError, match=r"row ids must lie in 0\.\.3"):
        matrix.rows(torch.tensor(ids))


def test_a_transpose_on_other_devices_is_sorted_once_for_all_values(elsewhere: None) -> None:
    matrix = _random(30, 20)
    other = matrix.with_values(2 * matrix.values)
    with host_syncs() as found:
        transposed = matrix.transpose(), other.transpose()
    assert found == []
    assert torch.equal(transposed[0].to_dense(), matrix.to_dense().T)
    assert torch.equal(transposed[1].to_dense(), 2 * matrix.to_dense().T)
    assert transposed[0].indices is transposed[1].indices


def test_lengths_on_other_devices(elsewhere: None) -> None:
    matrix = CSR.from_dense(torch.tensor([[3.0, 0.0, 4.0], [0.0, 0.0, 0.0], [0.0, 2.0, 0.0]]))
    assert matrix.row_lengths().tolist() == [5, 0, 2]


def test_under_autocast_a_product_stays_in_the_precision_of_the_matrix() -> None:
    matrix, x = _random(6, 5, dtype=torch.float32), torch.randn(5, 3)
    low = x.bfloat16().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        product = matrix @ low
        assert product.dtype == torch.float32
        product.sum().backward()
    torch.testing.assert_close(product, matrix.matmul(x.bfloat16().float()), rtol=0, atol=0)
    torch.testing.assert_close(low.grad.float(), matrix.to_dense().sum(0)[:, None].expand(5, 3), rtol=0.01, atol=0.01)


@needs_cuda
@pytest.mark.parametrize("where", ["cpu", "cuda"])
def test_rows_on_cuda_take_ids_from_either_device(where: str) -> None:
    matrix, ids = _random(40, 25), torch.tensor([7, 0, 39, 7])
    assert torch.equal(matrix.to("cuda").rows(ids.to(where)).to_dense().cpu(), matrix.to_dense()[ids])


@needs_cuda
def test_under_autocast_on_cuda() -> None:
    matrix, x = _random(6, 5, dtype=torch.float32), torch.randn(5, 3)
    with torch.autocast("cuda", dtype=torch.bfloat16):
        product = matrix.to("cuda") @ x.cuda()
    torch.testing.assert_close(product.cpu(), matrix.matmul(x))
