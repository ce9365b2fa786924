"""Compressed sparse rows: one type for bag-of-words features and for graph operators.

torch's own CSR tensors rebuild the transpose in every backward pass and cannot be sliced by rows. `CSR` keeps the three
arrays, slices rows, and remembers its transpose, so that a product costs its non-zeros in both directions. On a CPU the
product is torch's `embedding_bag`, whose kernels are faster than those of its sparse tensors; elsewhere
`sparse_products` chooses.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.nn import devices
from gnn2mlp.nn.sparse_products import product, segments

# Above this share of non-zeros a dense product is faster than a sparse one on every machine measured.
DENSE_ABOVE = 0.1
# Dense rows that are narrower stay dense: there is little to save.
_WIDE = 64
_HALF = (torch.float16, torch.bfloat16)
T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class CSR:
    """A sparse matrix of shape (rows, columns). Frozen: operations return new matrices.

    Args:
        indptr: int64 (rows + 1), where each row starts in `indices`.
        indices: int64 (nonzeros), column ids.
        values: float (nonzeros).
        shape: (rows, columns).

    Example:
        >>> matrix = CSR.from_dense(torch.tensor([[0.0, 2.0], [1.0, 0.0], [0.0, 0.0]]))
        >>> matrix.nnz, matrix.shape
        (2, (3, 2))
        >>> (matrix @ torch.tensor([[10.0], [20.0]])).flatten().tolist()
        [40.0, 10.0, 0.0]
        >>> matrix.rows(torch.tensor([1, 1])).to_dense().tolist()
        [[1.0, 0.0], [1.0, 0.0]]
    """

    indptr: Tensor
    indices: Tensor
    values: Tensor
    shape: tuple[int, int]
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    # What follows from where the entries are: matrices that differ in their values share it.
    _pattern: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"CSR({self.shape[0]:,} x {self.shape[1]:,}, {self.values.numel():,} non-zeros)"

    @staticmethod
    def from_scipy(matrix: Any) -> "CSR":
        """Convert any scipy sparse matrix; duplicates are summed, indices sorted, values become float32.

        float64 input stays float64, so that a double-precision model can be fed.

        Raises:
            DataError: if its arrays contradict each other, as those of a damaged file may.
        """
        from scipy.sparse import csr_matrix

        csr = csr_matrix(matrix)
        try:
            csr.check_format(full_check=True)
        except ValueError as error:
            raise DataError(f"sparse matrix: its arrays contradict each other ({error}); write it again") from error
        if not csr.has_canonical_format:
            csr = csr.copy()
            csr.sum_duplicates()
        dtype = np.float64 if csr.dtype == np.float64 else np.float32
        return CSR(
            torch.from_numpy(csr.indptr.astype(np.int64)),
            torch.from_numpy(csr.indices.astype(np.int64)),
            torch.from_numpy(csr.data.astype(dtype)),
            (int(csr.shape[0]), int(csr.shape[1])),
        )

    @staticmethod
    def from_dense(matrix: Tensor) -> "CSR":
        """Keep the non-zeros of a dense (rows, columns) matrix."""
        row, column = matrix.nonzero().unbind(1)
        return CSR.from_coo(row, column, matrix[row, column], (matrix.size(0), matrix.size(1)))

    @staticmethod
    def from_coo(row: Tensor, column: Tensor, values: Tensor, shape: tuple[int, int]) -> "CSR":
        """Build from triplets in any order; a row's entries are sorted by column, repeated ones count as their sum.

        Raises:
            DataError: if a row or column lies outside `shape`.
        """
        _check_ids("row", row, shape[0])
        _check_ids("column", column, shape[1])
        order = torch.argsort(row * shape[1] + column, stable=True)
        counts = torch.bincount(row, minlength=shape[0])
        return CSR(_indptr(counts), column[order], values[order], shape)

    @staticmethod
    def of_sorted(row: Tensor, column: Tensor, values: Tensor, shape: tuple[int, int]) -> "CSR":
        """Build from triplets that are sorted by row, and in each row by column; nothing is checked."""
        return CSR(_indptr(torch.bincount(row, minlength=shape[0])), column, values, shape)

    def to_scipy(self) -> Any:
        """The same matrix as scipy's `csr_matrix` (on the CPU); half precision, which scipy lacks, becomes float32."""
        from scipy.sparse import csr_matrix

        values = self.values.float() if self.dtype in _HALF else self.values
        arrays = (values.cpu().numpy(), self.indices.cpu().numpy(), self.indptr.cpu().numpy())
        return csr_matrix(arrays, shape=self.shape)

    def to_dense(self) -> Tensor:
        """The dense (rows, columns) matrix."""
        dense = self.values.new_zeros(self.shape)
        return dense.index_put_((self.row_ids(), self.indices), self.values, accumulate=True)

    def to(self, device: torch.device | str | None = None, dtype: torch.dtype | None = None) -> "CSR":
        """Move to a device, or change the dtype of the values; `self`, transpose and all, if neither changes."""
        values = self.values if device is None else devices.to_device(self.values, device)
        values = values.to(dtype=dtype)
        if values is self.values:
            return self
        if values.device == self.device:
            return self.with_values(values)
        indptr, indices = (devices.to_device(array, values.device) for array in (self.indptr, self.indices))
        return CSR(indptr, indices, values, self.shape)

    def remembered(self, name: str, make: Callable[[], T]) -> T:
        """What `make` derives from this matrix; made once, and kept under `name`."""
        if name not in self._cache:
            self._cache[name] = make()
        return self._cache[name]  # type: ignore[no-any-return]

    def of_pattern(self, name: str, make: Callable[[], T]) -> T:
        """What `make` derives from `indptr` and `indices` alone; made once for all matrices that share them."""
        if name not in self._pattern:
            self._pattern[name] = make()
        return self._pattern[name]  # type: ignore[no-any-return]

    @property
    def nnz(self) -> int:
        """Number of stored entries."""
        return self.values.numel()

    @property
    def density(self) -> float:
        """Share of entries that are stored."""
        return self.nnz / max(1, self.shape[0] * self.shape[1])

    @property
    def device(self) -> torch.device:
        """Where the arrays live."""
        return self.values.device

    @property
    def dtype(self) -> torch.dtype:
        """Type of the values."""
        return self.values.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def row_ids(self) -> Tensor:
        """int64 (nonzeros): the row of every entry; remembered."""
        return self.of_pattern("row_ids", self._row_ids)

    def _row_ids(self) -> Tensor:
        rows = torch.arange(self.shape[0], device=self.device)
        return torch.repeat_interleave(rows, self.indptr.diff(), output_size=self.nnz)

    def row_lengths(self) -> Tensor:
        """Euclidean length (rows,) of each row; remembered."""
        return self.remembered("row_lengths", self._row_lengths)

    def _row_lengths(self) -> Tensor:
        squares = self.values.square()
        if devices.on_cpu(squares):
            return squares.new_zeros(self.shape[0]).index_add_(0, self.row_ids(), squares).sqrt()
        return segments(self, squares[:, None], "sum")[:, 0].sqrt()  # index_add_ has no order there

    def row_sums(self) -> Tensor:
        """Sum (rows,) of the values of each row; remembered."""
        return self.remembered("row_sums", lambda: self.matmul(self.values.new_ones(self.shape[1], 1))[:, 0])

    def rows(self, ids: Tensor) -> "CSR":
        """The sub-matrix of the rows `ids`, in that order, in time proportional to its non-zeros.

        Args:
            ids: int64 (chosen rows,), each in 0 .. rows - 1; repeats are allowed.

        Raises:
            DataError: for an id out of range. Negative ones do not count from the end.
        """
        if ids.numel() == 1 and self._has_kernels():  # a request for one node: two slices instead of a dozen calls
            row = int(ids)
            if not 0 <= row < self.shape[0]:
                _check_ids("row", ids, self.shape[0])
            start, stop = int(self.indptr[row]), int(self.indptr[row + 1])
            indptr = self.indptr.new_tensor([0, stop - start])
            return CSR(indptr, self.indices[start:stop], self.values[start:stop], (1, self.shape[1]))
        shape = (ids.numel(), self.shape[1])
        if not self._has_kernels():
            return self._gathered_rows(ids.long(), shape)
        ids = ids.long()
        own, chosen = _arrays(self.indptr, ids)  # numpy's small calls cost a fraction of torch's
        # Seen as unsigned, a negative id is huge: one maximum checks both ends. scipy's kernel would read on.
        if ids.numel() and chosen.view(np.uint64).max() >= self.shape[0]:
            _check_ids("row", ids, self.shape[0])
        ends = np.concatenate([[0], (own[chosen + 1] - own[chosen]).cumsum()])
        made = CSR(torch.from_numpy(ends), *_empty_entries(self, int(ends[-1])), shape)
        _kernels().csr_row_index(ids.numel(), *_arrays(ids, *self._components(), *made._components()[1:]))
        return made

    def _gathered_rows(self, ids: Tensor, shape: tuple[int, int]) -> "CSR":
        """`rows` without kernels of a CPU. Ids that lie on the CPU tell sizes there; others are asked once."""
        if not ids.numel():
            return CSR(self.indptr[:1], self.indices[:0], self.values[:0], shape)
        here = ids.device == self.device
        own = self.indptr if here else self.of_pattern("indptr_on_cpu", self.indptr.cpu)
        # Where ids are only checked below, those out of range must not be looked up.
        inside = ids.clamp(0, max(0, self.shape[0] - 1))
        counts = own[inside + 1] - own[inside]
        indptr = _indptr(counts)
        low, high, total = torch.stack([*ids.aminmax(), indptr[-1]]).tolist()
        _check_range("row", low, high, self.shape[0])
        ids, counts, indptr = (devices.to_device(array, self.device) for array in (ids, counts, indptr))
        indptr, entries = self._entries(ids, counts, indptr, total)
        return CSR(indptr, self.indices[entries], self.values[entries], shape)

    def entries(self, ids: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        """Where the first `counts[i]` entries of row `ids[i]` lie, one row after another.

        Returns:
            int64 (rows + 1), where each row starts in the other array; int64 (entries,), positions in `indices`.
        """
        indptr = _indptr(counts)
        return self._entries(ids, counts, indptr, int(indptr[-1]))

    def _entries(self, ids: Tensor, counts: Tensor, indptr: Tensor, total: int) -> tuple[Tensor, Tensor]:
        # Position p of the result lies in the source at p shifted by (source start - result start) of its row.
        shift = torch.repeat_interleave(self.indptr[ids] - indptr[:-1], counts, output_size=total)
        return indptr, torch.arange(total, device=self.device) + shift

    def contains(self, row: Tensor, column: Tensor) -> Tensor:
        """Whether each (row, column) is a stored entry, bool (pairs,); the sorted entries are remembered."""
        keys = self.of_pattern("keys", lambda: (self.row_ids() * self.shape[1] + self.indices).sort().values)
        wanted = row * self.shape[1] + column
        position = torch.searchsorted(keys, wanted).clamp(max=max(0, keys.numel() - 1))
        return keys[position] == wanted if keys.numel() else torch.zeros_like(wanted, dtype=torch.bool)

    def with_values(self, values: Tensor) -> "CSR":
        """The same pattern with other values."""
        return CSR(self.indptr, self.indices, values, self.shape, _pattern=self._pattern)

    def with_diagonal(self, values: Tensor) -> "CSR":
        """The same entries, and (i, i) with `values[i]` before those of each row i, where there was none.

        As `add_self_loops` of PyG does to the rows of a graph, in one pass and without a sort.
        """
        rows, device = self.shape[0], self.device
        indptr = self.indptr + torch.arange(rows + 1, device=device)
        total, own = self.nnz + rows, torch.arange(rows, device=device)
        # Entry p of row i moves by the i + 1 diagonal entries before it.
        others = torch.arange(self.nnz, device=device) + self.row_ids() + 1
        indices = own.new_empty(total).index_copy_(0, indptr[:-1], own).index_copy_(0, others, self.indices)
        merged = values.new_empty(total).index_copy_(0, indptr[:-1], values)
        return CSR(indptr, indices, merged.index_copy_(0, others, self.values), self.shape)

    def transpose(self) -> "CSR":
        """The transposed matrix; computed once and remembered."""
        return self.remembered("transpose", self._compute_transpose)

    def transpose_permutation(self) -> "CSR":
        """The transposed pattern, whose values int64 say which entry of this matrix each one is; remembered."""
        return self.of_pattern("transpose_permutation", self._transpose_permutation)

    def _transpose_permutation(self) -> "CSR":
        if devices.on_cpu(self.indices):
            return self.with_values(torch.arange(self.nnz))._compute_transpose()
        columns, order = torch.sort(self.indices, stable=True)
        # Counting columns would ask the device for the largest; the sorted ones say where each begins.
        indptr = torch.searchsorted(columns, torch.arange(self.shape[1] + 1, device=self.device))
        return CSR(indptr, self.row_ids()[order], order, (self.shape[1], self.shape[0]))

    def _compute_transpose(self) -> "CSR":
        if self._has_kernels():
            shape = (self.shape[1], self.shape[0])
            made = CSR(self.indptr.new_empty(shape[0] + 1), *_empty_entries(self, self.nnz), shape)
            _kernels().csr_tocsc(*self.shape, *_arrays(*self._components(), *made._components()))
            return made
        permuted = self.transpose_permutation()  # sorted once for all matrices of the pattern
        return permuted.with_values(self.values[permuted.values])

    def _has_kernels(self) -> bool:
        """Whether scipy's kernels can work on this matrix: they know the CPU, and no half precision."""
        return devices.on_cpu(self.values) and self.dtype not in _HALF

    def _components(self) -> tuple[Tensor, Tensor, Tensor]:
        return self.indptr, self.indices, self.values

    def __matmul__(self, dense: Tensor) -> Tensor:
        """Product with a dense (columns, width) matrix, differentiable with respect to `dense`."""
        product: Tensor = _Product.apply(self, dense)  # type: ignore[no-untyped-call]
        return product

    def matmul(self, dense: Tensor) -> Tensor:
        """The same product without a gradient, for where none is wanted: it spares the call into autograd.

        Under autocast it stays in the precision of this matrix: few sparse kernels know a lower one.
        """
        if devices.lowers(self.values):
            with devices.exact(self.values):
                return self._matmul(dense.to(self.dtype))
        return self._matmul(dense)

    def _matmul(self, dense: Tensor) -> Tensor:
        if not devices.on_cpu(self.values):
            return product(self, dense)
        rows = dense.contiguous()
        return F.embedding_bag(
            self.indices, rows, self.indptr, mode="sum", per_sample_weights=self.values, include_last_offset=True
        )


class _Product(torch.autograd.Function):
    """`matrix @ dense`, with the remembered transpose in the backward pass."""

    @staticmethod
    def forward(ctx: Any, matrix: CSR, dense: Tensor) -> Tensor:
        ctx.matrix = matrix
        return matrix.matmul(dense.detach())  # else embedding_bag prepares for a backward pass of its own

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        return None, ctx.matrix.transpose().matmul(gradients[0])


Features = Tensor | CSR
"""Node features: a dense (nodes, features) tensor, or sparse rows of the same shape."""


def gather(features: Features, ids: Tensor) -> Features:
    """The feature rows of `ids`, dense or sparse as the input is.

    Example:
        >>> gather(torch.tensor([[1.0], [2.0]]), torch.tensor([1, 1])).tolist()
        [[2.0], [2.0]]
    """
    return features.rows(ids) if isinstance(features, CSR) else features.index_select(0, ids)


def compute_form(features: Features, device: torch.device | str = "cpu") -> Features:
    """Features in the form in which products are fastest, however they were given: sparse unless they are fairly full.

    Example:
        >>> compute_form(CSR.from_dense(torch.ones(2, 2))).tolist()  # no zeros to spare
        [[1.0, 1.0], [1.0, 1.0]]
        >>> type(compute_form(torch.eye(100))).__name__  # a bag of few words, given as dense rows
        'CSR'
    """
    moved = features.to(device)
    if isinstance(moved, CSR):
        return moved.to_dense() if moved.density > DENSE_ABOVE else moved
    thin = moved.size(1) >= _WIDE and int(moved.count_nonzero()) <= DENSE_ABOVE * moved.numel()
    return CSR.from_dense(moved) if thin else moved


def num_bytes(features: Features) -> int:
    """Memory that the arrays take."""
    arrays = (features.indptr, features.indices, features.values) if isinstance(features, CSR) else (features,)
    return sum(a.numel() * a.element_size() for a in arrays)


def _check_ids(axis: str, ids: Tensor, size: int) -> None:
    low, high = torch.stack(ids.aminmax()).tolist() if ids.numel() else (0, size - 1)
    _check_range(axis, low, high, size)


def _check_range(axis: str, low: int, high: int, size: int) -> None:
    if low < 0 or high >= size:
        raise DataError(f"sparse matrix: {axis} ids must lie in 0..{size - 1}, got {low}..{high}")


def _empty_entries(like: CSR, entries: int) -> tuple[Tensor, Tensor]:
    """Indices and values for so many entries, yet to be written."""
    return like.indices.new_empty(entries), like.values.new_empty(entries)


def _kernels() -> Any:
    """Functions of scipy without its matrices, whose making takes longer than the work on a mini-batch."""
    from scipy.sparse import _sparsetools

    return _sparsetools


def _arrays(*tensors: Tensor) -> list[Any]:
    return [tensor.numpy() for tensor in tensors]


def _indptr(counts: Tensor) -> Tensor:
    return torch.cat([counts.new_zeros(1), counts.cumsum(0)])
