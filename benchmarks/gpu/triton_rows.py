"""A sparse product in Triton: a row of the result is a program, which reads the rows that its entries name in tiles.

It stays beside the benchmarks until a measurement shows that it wins by a margin worth its lines. Sums have one order,
so that the same product twice has the same bits. The longest rows begin first, or a hub would keep the card waiting.
"""

import torch
import triton
import triton.language as tl
from torch import Tensor

from gnn2mlp.nn.csr import CSR

# Columns of a tile at most.
WIDEST = 256


@triton.jit
def _row(order, indptr, indices, values, dense, out, width, TALL: tl.constexpr, WIDE: tl.constexpr):
    row = tl.load(order + tl.program_id(0)).to(tl.int64)
    columns = tl.program_id(1) * WIDE + tl.arange(0, WIDE)
    inside = columns < width
    start, stop = tl.load(indptr + row), tl.load(indptr + row + 1)
    total = tl.zeros([WIDE], dtype=tl.float32)
    for first in range(start, stop, TALL):
        entries = first + tl.arange(0, TALL)
        known = entries < stop
        sources = tl.load(indices + entries, mask=known, other=0).to(tl.int64)
        weights = tl.load(values + entries, mask=known, other=0.0).to(tl.float32)
        places = dense + sources[:, None] * width + columns[None, :]
        rows = tl.load(places, mask=known[:, None] & inside[None, :], other=0.0).to(tl.float32)
        total += tl.sum(rows * weights[:, None], axis=0)
    tl.store(out + row * width + columns, total.to(out.dtype.element_ty), mask=inside)


class Product:
    """`matrix @ dense`, prepared for one matrix.

    Args:
        matrix: (rows, columns), on a card.
        tall: entries that a tile holds.
        warps: of a program.
    """

    def __init__(self, matrix: CSR, tall: int = 16, warps: int = 4):
        self.rows = matrix.shape[0]
        self.indptr, self.indices = matrix.indptr.int(), matrix.indices.int()
        self.values = matrix.values
        self.order = matrix.indptr.diff().argsort(descending=True).int()
        self.tall = tall
        self.warps = warps

    def __call__(self, dense: Tensor) -> Tensor:
        """(rows, width) of dense (columns, width), in its type; sums are float32."""
        width = dense.size(1)
        wide = min(WIDEST, triton.next_power_of_2(width))
        out = torch.empty(self.rows, width, device=dense.device, dtype=dense.dtype)
        grid = (self.rows, triton.cdiv(width, wide))
        _row[grid](
            self.order,
            self.indptr,
            self.indices,
            self.values,
            dense.contiguous(),
            out,
            width,
            TALL=self.tall,
            WIDE=wide,
            num_warps=self.warps,
        )
        return out
