"""Sparse times dense: every kernel at hand, forward, on adjacencies of all three sizes with values for a mean.

The one that the library takes is `ours`. `off` is how far some rows of a result are from those in double precision, in
units of the largest value, and `repeats` whether the same product twice has the same bits. What PyG
offers without a compiled extension is to gather and to scatter.
"""

import os
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import torch
import torch.nn.functional as F
from card import clocked
from counting import Sparse, product
from findings import Record
from graphs import Drawn
from inside import Bench
from torch import Tensor
from torch_geometric.utils import scatter

from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.sparse_products import by_bags

# torch says in every process that its sparse matrices are young.
warnings.filterwarnings("ignore", "Sparse (CSR|invariant)")

# Size of the graph -> widths of the dense matrix.
WIDTHS = {"arxiv": (256, 128), "products": (256,), "cora": (128,)}
CLOSE = {torch.float32: 1e-4, torch.bfloat16: 3e-2}
# Rows of the result that are compared with those in double precision.
COMPARED = 2_000
Multiply = Callable[[Tensor], Tensor]


def candidates(bench: Bench) -> None:
    """The rung."""
    for size, widths in WIDTHS.items():
        drawn = Drawn(size, bench.tiny, bench.device)
        pattern = drawn.graph.adjacency
        degree = pattern.indptr.diff().clamp(min=1)
        matrix = pattern.with_values((1 / degree.double())[pattern.row_ids()].float())
        for width in widths:
            for dtype in (torch.float32, torch.bfloat16):
                _one_shape(bench, size, matrix, 8 if bench.tiny else width, dtype)


def _one_shape(bench: Bench, size: str, matrix: CSR, width: int, dtype: torch.dtype) -> None:
    random = torch.Generator(bench.device).manual_seed(0)
    dense = torch.randn(matrix.shape[1], width, generator=random, device=bench.device).to(dtype)
    rows = torch.randint(matrix.shape[0], (COMPARED,), generator=random, device=bench.device)
    moved, wanted = matrix.to(bench.device, dtype), _exactly(matrix.rows(rows.cpu()), dense)
    counted = Sparse(*matrix.shape, matrix.nnz)
    name = {torch.float32: "float32", torch.bfloat16: "bf16"}[dtype]
    for label, make in KERNELS.items():
        shown = f"{size}, {width} wide, {name}, {label}"
        if label.startswith("Triton") and not _triton(bench):
            bench.needs_cuda(shown)
            continue

        def measured(make: Callable[[CSR], Multiply] = make) -> Record:
            multiply = make(moved)
            found = multiply(dense)
            off = float((found[rows].double() - wanted).abs().max() / wanted.abs().max())
            if not off < CLOSE[dtype]:
                raise ArithmeticError(f"the product is off by {off:.2g} of its largest value")
            same = torch.equal(found, multiply(dense))
            del found
            spent = clocked(bench, lambda: multiply(dense), rounds=3)
            work = product(counted, width, dense.element_size())
            floor = bench.against_floor(work, 1e-6 * spent["queued_us"], name)
            return {**spent, "off": off, "repeats": same, **floor}

        bench.measure(shown, measured)


def _exactly(matrix: CSR, dense: Tensor) -> Tensor:
    """A product with few rows, in double precision, by nothing that is compared."""
    places = matrix.row_ids().to(dense.device), matrix.indices.to(dense.device)
    messages = dense[places[1]].double() * matrix.values.double().to(dense.device)[:, None]
    wanted = torch.zeros(matrix.shape[0], dense.size(1), dtype=torch.float64, device=dense.device)
    return wanted.index_add_(0, places[0], messages)


def _triton(bench: Bench) -> bool:
    """Whether a kernel of Triton runs here: on a card, or slowly by its interpreter if that is asked for."""
    return find_spec("triton") is not None and (bench.cuda or os.environ.get("TRITON_INTERPRET") == "1")


def _ours(matrix: CSR) -> Multiply:
    return matrix.matmul


def _cusparse(matrix: CSR, index: torch.dtype) -> Multiply:
    arrays = matrix.indptr.to(index), matrix.indices.to(index), matrix.values
    sparse = torch.sparse_csr_tensor(*arrays, matrix.shape, check_invariants=False)
    return lambda dense: sparse @ dense


def _coordinates(matrix: CSR) -> Multiply:
    places = torch.stack([matrix.row_ids(), matrix.indices])
    sparse = torch.sparse_coo_tensor(places, matrix.values, matrix.shape, check_invariants=False, is_coalesced=True)
    return lambda dense: sparse @ dense


def _bags(matrix: CSR) -> Multiply:
    def multiply(dense: Tensor) -> Tensor:
        return F.embedding_bag(
            matrix.indices,
            dense,
            matrix.indptr,
            mode="sum",
            per_sample_weights=matrix.values,
            include_last_offset=True,
        )

    return multiply


def _index_add(matrix: CSR) -> Multiply:
    rows = matrix.row_ids()

    def multiply(dense: Tensor) -> Tensor:
        messages = dense[matrix.indices] * matrix.values[:, None]
        return dense.new_zeros(matrix.shape[0], dense.size(1)).index_add_(0, rows, messages)

    return multiply


def _scatter(matrix: CSR) -> Multiply:
    rows = matrix.row_ids()
    return lambda dense: scatter(dense[matrix.indices] * matrix.values[:, None], rows, 0, matrix.shape[0], "sum")


def _segments(matrix: CSR) -> Multiply:
    def multiply(dense: Tensor) -> Tensor:
        messages = dense[matrix.indices] * matrix.values[:, None]
        return torch.segment_reduce(messages, "sum", offsets=matrix.indptr, initial=0)

    return multiply


def _rows_in_triton(matrix: CSR, tall: int) -> Multiply:
    from triton_rows import Product

    return Product(matrix, tall)


KERNELS: dict[str, Callable[[CSR], Multiply]] = {
    "ours": _ours,
    "ours, deterministic": lambda matrix: partial(by_bags, matrix),
    "torch CSR, int32": lambda matrix: _cusparse(matrix, torch.int32),
    "torch CSR, int64": lambda matrix: _cusparse(matrix, torch.int64),
    "torch COO": _coordinates,
    "embedding bags": _bags,
    "Triton, tiles of 8": lambda matrix: _rows_in_triton(matrix, 8),
    "Triton, tiles of 32": lambda matrix: _rows_in_triton(matrix, 32),
    "gather, index_add": _index_add,
    "gather, segment_reduce": _segments,
    "PyG's scatter": _scatter,
}
