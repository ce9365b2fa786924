"""Products and sums over sparse rows on devices other than the CPU: one place chooses the kernel.

cuSPARSE, as torch calls it, splits long rows between threads that add in whatever order they come: two runs agree up to
rounding, not in every bit. Where `torch.use_deterministic_algorithms` asks for that, rows are summed by `embedding_bag`
in two levels. One thread adds up a bag there, in order, so that the bits are the same each time; a row is cut into
pieces of a few entries first, else a node with thousands of neighbours would let all others wait for its thread. What
the choice costs is measured in `benchmarks/gpu`.
"""

import warnings
from typing import TYPE_CHECKING, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

if TYPE_CHECKING:
    from gnn2mlp.nn.csr import CSR

# Entries that one thread adds up: a row of a million is then some thousand steps twice, not a million.
PIECE = 64
_INT32 = 2**31


def product(matrix: "CSR", dense: Tensor) -> Tensor:
    """The product (rows, width) with (columns, width), both of one dtype, without a gradient.

    Every product on an accelerator goes through here: a faster kernel is put in by changing this function.
    """
    if torch.are_deterministic_algorithms_enabled():
        return by_bags(matrix, dense)
    return by_cusparse(matrix, dense)


def by_cusparse(matrix: "CSR", dense: Tensor) -> Tensor:
    """As torch multiplies its own sparse tensors: cuSPARSE on CUDA, which reads contiguous rows faster than columns."""
    made: Tensor = matrix.remembered("torch", lambda: _torch_csr(matrix)) @ dense.contiguous()
    return made


def _torch_csr(matrix: "CSR") -> Tensor:
    indptr, indices = matrix.of_pattern("short", lambda: _short(matrix))
    with warnings.catch_warnings():  # torch calls its CSR support "beta" once per process
        warnings.simplefilter("ignore", UserWarning)
        return torch.sparse_csr_tensor(indptr, indices, matrix.values, matrix.shape, check_invariants=False)


def _short(matrix: "CSR") -> tuple[Tensor, Tensor]:
    """The arrays of the pattern as int32, which cuSPARSE is faster with, where that suffices."""
    if max(matrix.nnz, *matrix.shape) >= _INT32:
        return matrix.indptr, matrix.indices
    return matrix.indptr.int(), matrix.indices.int()


def by_bags(matrix: "CSR", dense: Tensor) -> Tensor:
    """The same with the same bits each time: weighted sums of pieces of rows, then of the pieces of each row."""
    # A copy, as no view may leave an autograd function.
    return _reduce(matrix, matrix.indices, dense, "sum", matrix.values).clone()


def segments(pattern: "CSR", values: Tensor, mode: str) -> Tensor:
    """`"sum"` or `"max"` (rows, width) of the values (entries, width) of each row, 0 of none; the same bits each time.

    Example:
        >>> from gnn2mlp.nn.csr import CSR
        >>> pattern = CSR.from_dense(torch.tensor([[1.0, 1.0], [0.0, 0.0], [0.0, 1.0]]))
        >>> segments(pattern, torch.tensor([[-3.0], [-2.0], [5.0]]), "max").flatten().tolist()
        [-2.0, 0.0, 5.0]
    """
    numbers = pattern.of_pattern("numbers", lambda: torch.arange(pattern.nnz, device=pattern.device))
    return _reduce(pattern, numbers, values, mode)


def _reduce(pattern: "CSR", rows: Tensor, dense: Tensor, mode: str, weights: Tensor | None = None) -> Tensor:
    """For each row of `pattern` the sum or maximum over its entries e of `weights[e]` times `dense[rows[e]]`."""
    if not pattern.nnz:
        return dense.new_zeros((len(pattern), dense.size(1)))
    starts, ends, numbers = pattern.of_pattern("pieces", lambda: _pieces(pattern))
    dense = dense.detach().contiguous()
    parts = F.embedding_bag(rows, dense, starts, mode=mode, per_sample_weights=weights, include_last_offset=True)
    return F.embedding_bag(numbers, parts, ends, mode=mode, include_last_offset=True)[: len(pattern)]


class _Pieces(NamedTuple):
    """Where each piece of a row starts among the entries, where each row starts among the pieces, and their numbers.

    Both end with the number of what they count. Behind the rows of the pattern are some that take what pieces are left
    over, a few each.
    """

    starts: Tensor
    ends: Tensor
    numbers: Tensor


def _pieces(pattern: "CSR") -> _Pieces:
    # There are at most so many pieces; how many there are only the device knows, and asking would be to wait for it. At
    # most one for each row is left over.
    rows, total = len(pattern), pattern.nnz // PIECE + len(pattern)
    of_row = (pattern.indptr.diff() + (PIECE - 1)).div(PIECE, rounding_mode="floor")
    ends = torch.cat([of_row.new_zeros(1), of_row.cumsum(0)])
    numbers = torch.arange(total + 1, device=pattern.device)
    row = torch.searchsorted(ends, numbers, right=True) - 1
    starts = (pattern.indptr[row] + PIECE * (numbers - ends[row])).clamp(max=pattern.nnz)
    over = ends[-1:] + PIECE * torch.arange(1, rows // PIECE + 2, device=pattern.device)
    return _Pieces(starts, torch.cat([ends, over.clamp(max=total)]), numbers[:-1])
