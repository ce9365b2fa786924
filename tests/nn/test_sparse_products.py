import numpy as np
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.nn import devices, sparse_products
from gnn2mlp.nn.csr import CSR
from tests.cuda import needs_cuda
from tests.host_syncs import host_syncs


def _hub(dtype: torch.dtype = torch.float64) -> torch.Tensor:
    """A row of 300 entries, which is cut to pieces, one of exactly one piece, one of a single entry, and empty ones."""
    dense = torch.from_numpy(sp.random(9, 300, 0.02, "csr", random_state=np.random.default_rng(0)).toarray()).to(dtype)
    dense[2] = torch.linspace(-1, 1, 300, dtype=dtype) + 2
    dense[4], dense[5], dense[8] = 0, 0, 0
    dense[4, : sparse_products.PIECE] = 1.5
    dense[5, 7] = -3
    return dense


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tensors of the CPU take the path of other devices."""
    monkeypatch.setattr(devices, "on_cpu", lambda tensor: False)


@pytest.mark.parametrize("multiply", [sparse_products.by_bags, sparse_products.by_cusparse])
@pytest.mark.parametrize("width", [1, 5])
def test_every_kernel_multiplies(multiply, width: int) -> None:
    dense, x = _hub(), torch.randn(300, width, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(multiply(CSR.from_dense(dense), x), dense @ x)
    columns = x.T.contiguous().T
    torch.testing.assert_close(multiply(CSR.from_dense(dense), columns), dense @ x)


@pytest.mark.parametrize("multiply", [sparse_products.by_bags, sparse_products.by_cusparse])
def test_a_matrix_of_zeros(multiply) -> None:
    assert multiply(CSR.from_dense(torch.zeros(2, 3)), torch.ones(3, 4)).tolist() == [[0] * 4] * 2


@pytest.mark.parametrize("mode", ["sum", "max"])
def test_segments_are_the_rows(mode: str) -> None:
    pattern = CSR.from_dense(_hub())
    values = torch.randn(pattern.nnz, 3, generator=torch.Generator().manual_seed(1)) - 9  # a maximum below zero
    rows = [values[a:b] for a, b in zip(pattern.indptr[:-1], pattern.indptr[1:], strict=True)]
    wanted = [torch.zeros(3) if not len(row) else row.sum(0) if mode == "sum" else row.amax(0) for row in rows]
    torch.testing.assert_close(sparse_products.segments(pattern, values, mode), torch.stack(wanted))


def test_segments_of_nothing() -> None:
    empty = CSR.from_dense(torch.zeros(2, 3))
    assert sparse_products.segments(empty, torch.zeros(0, 4), "max").tolist() == [[0] * 4] * 2


def test_a_long_row_is_cut_to_pieces() -> None:
    pattern = CSR.from_dense(_hub())
    starts, ends, _ = sparse_products._pieces(pattern)
    assert starts.diff().max() <= sparse_products.PIECE
    assert (starts[0], starts[-1]) == (0, pattern.nnz)
    assert ends[-1] == starts.numel() - 1
    assert ends.diff()[9:].max() <= sparse_products.PIECE
    assert ends.diff()[2] == -(-300 // sparse_products.PIECE)
    assert ends.diff()[4] == 1


def test_many_rows_leave_no_long_row_of_pieces() -> None:
    rows = 1000
    pattern = CSR.from_coo(torch.arange(0, rows, 5), torch.zeros(200, dtype=torch.int64), torch.ones(200), (rows, 3))
    pieces = sparse_products._pieces(pattern)
    assert pieces.ends.diff().max() <= sparse_products.PIECE
    sums = sparse_products.segments(pattern, torch.ones(200, 1), "sum")[:, 0]
    assert torch.equal(sums, pattern.indptr.diff().float())


def test_what_is_deterministic_is_chosen_where_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, elsewhere: None
) -> None:
    called = []

    def noted(name: str):
        def multiply(matrix: CSR, dense: torch.Tensor) -> torch.Tensor:
            called.append(name)
            return dense

        return multiply

    for name in ("by_bags", "by_cusparse"):
        monkeypatch.setattr(sparse_products, name, noted(name))
    matrix = CSR.from_dense(torch.eye(2))
    matrix.matmul(torch.eye(2))
    torch.use_deterministic_algorithms(True)
    try:
        matrix.matmul(torch.eye(2))
    finally:
        torch.use_deterministic_algorithms(False)
    assert called == ["by_cusparse", "by_bags"]


def test_matrices_of_one_pattern_share_their_short_indices(elsewhere: None) -> None:
    matrix = CSR.from_dense(_hub(torch.float32))
    other = matrix.with_values(2 * matrix.values)
    x = torch.ones(300, 2)
    torch.testing.assert_close(other.matmul(x), 2 * matrix.matmul(x))
    one, two = (m.remembered("torch", lambda: None) for m in (matrix, other))
    assert one.col_indices().dtype == torch.int32
    assert one.col_indices().data_ptr() == two.col_indices().data_ptr()
    assert one.crow_indices().data_ptr() == two.crow_indices().data_ptr()


@pytest.mark.parametrize("deterministic", [False, True])
def test_a_product_and_its_gradient_ask_nothing_of_the_device(elsewhere: None, deterministic: bool) -> None:
    matrix, x = CSR.from_dense(_hub(torch.float32)), torch.randn(300, 4, requires_grad=True)
    torch.use_deterministic_algorithms(deterministic)
    try:
        with host_syncs() as found:
            (matrix @ x).square().sum().backward()
            changed = matrix.with_values(2 * matrix.values)
            (changed @ x).sum().backward()
    finally:
        torch.use_deterministic_algorithms(False)
    assert found == []


@needs_cuda
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
@pytest.mark.parametrize("multiply", [sparse_products.by_bags, sparse_products.by_cusparse])
def test_on_cuda_as_on_the_cpu(multiply, dtype: torch.dtype) -> None:
    matrix, x = CSR.from_dense(_hub(dtype)), torch.randn(300, 33).to(dtype)
    there = multiply(matrix.to("cuda"), x.cuda()).cpu()
    tolerance = 0.05 if dtype == torch.bfloat16 else 1e-5
    wanted = matrix.to_dense().double() @ x.double()
    torch.testing.assert_close(there.double(), wanted, rtol=tolerance, atol=tolerance * float(wanted.abs().max()))


@needs_cuda
def test_bags_have_the_same_bits_each_time_on_cuda() -> None:
    random = torch.Generator().manual_seed(0)
    row, column = torch.randint(2000, (2, 200_000), generator=random)
    row[:50_000] = 7
    matrix = CSR.from_coo(row, column, torch.randn(200_000, generator=random), (2000, 2000)).to("cuda")
    x = torch.randn(2000, 64, generator=random).cuda()
    first = sparse_products.by_bags(matrix, x)
    assert all(torch.equal(sparse_products.by_bags(matrix, x), first) for _ in range(5))
