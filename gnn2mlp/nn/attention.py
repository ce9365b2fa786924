"""Attention over the entries of a sparse pattern, in several heads, without a message an entry.

A message-passing layer that gathers the row of every edge's source holds edges x heads x width numbers. Here nothing is
larger than edges x heads: weights are normalised row by row, and the weighted sums are sparse products, one a head.
Off the CPU all of them read one set of indices, which lies there as int32 once, and only their values differ: memory is
that of the weights, and what cuSPARSE multiplies is no copy. Sums over rows and columns go through `segments`, in an
order of their own, where `index_add_` and the backward pass of an index add as threads come.
"""

from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from gnn2mlp.nn import devices
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.sparse_products import segments

# Numbers that are gathered at a time where entries need the rows of both their ends: what the cache of a CPU holds, and
# on other devices as many as keep them busy.
_GATHERED = {"cpu": 1 << 18, "other": 1 << 26}


def softmax(pattern: CSR, scores: Float[Tensor, "entries heads"]) -> Float[Tensor, "entries heads"]:
    """The softmax over the entries of each row of `pattern`, for each head.

    Example:
        >>> pattern = CSR.from_dense(torch.tensor([[1.0, 1.0], [0.0, 1.0]]))
        >>> softmax(pattern, torch.zeros(3, 1)).flatten().tolist()
        [0.5, 0.5, 1.0]
    """
    # Under autocast as torch's own softmax, in full precision.
    scores = scores.float() if devices.lowers(scores) else scores
    weights: Tensor = _Softmax.apply(pattern, scores)  # type: ignore[no-untyped-call]
    return weights


def aggregate(
    pattern: CSR, weights: Float[Tensor, "entries heads"], x: Float[Tensor, "columns heads width"]
) -> Float[Tensor, "rows heads width"]:
    """For each row i and head h the sum over its entries (i, j) of weight[ij, h] x[j, h].

    Example:
        >>> pattern = CSR.from_dense(torch.tensor([[1.0, 1.0], [0.0, 1.0]]))
        >>> weights, x = torch.tensor([[0.25], [0.75], [1.0]]), torch.tensor([[[4.0]], [[8.0]]])
        >>> aggregate(pattern, weights, x).flatten().tolist()
        [7.0, 8.0]
    """
    x = x.to(weights.dtype) if devices.lowers(x) else x
    sums: Tensor = _Aggregate.apply(pattern, weights, x)  # type: ignore[no-untyped-call]
    return sums


def dot_scores(
    pattern: CSR, left: Float[Tensor, "rows heads width"], right: Float[Tensor, "columns heads width"]
) -> Float[Tensor, "entries heads"]:
    """Of each entry (i, j) and head h the product of the rows left[i, h] and right[j, h].

    Example:
        >>> pattern = CSR.from_dense(torch.tensor([[1.0, 1.0], [0.0, 1.0]]))
        >>> left, right = torch.tensor([[[1.0, 2.0]], [[3.0, 0.0]]]), torch.tensor([[[1.0, 1.0]], [[5.0, 0.0]]])
        >>> dot_scores(pattern, left, right).flatten().tolist()
        [3.0, 5.0, 15.0]
    """
    # As softmax, in full precision.
    left, right = (each.float() if devices.lowers(each) else each for each in (left, right))
    products: Tensor = _DotScores.apply(pattern, left, right)  # type: ignore[no-untyped-call]
    return products


def log_sum(pattern: CSR, scores: Float[Tensor, "entries heads"]) -> Float[Tensor, "rows heads"]:
    """The logarithm of the sum of exp(score) over the entries of each row, for each head; -inf of none.

    Example:
        >>> pattern = CSR.from_dense(torch.tensor([[1.0, 1.0], [0.0, 0.0]]))
        >>> log_sum(pattern, torch.zeros(2, 1)).flatten().tolist()
        [0.693..., -inf]
    """
    sums: Tensor = _LogSum.apply(pattern, scores)  # type: ignore[no-untyped-call]
    return sums


def at_sources(pattern: CSR, x: Float[Tensor, "columns heads"]) -> Float[Tensor, "entries heads"]:
    """Of each entry (i, j) the row x[j].

    Example:
        >>> pattern = CSR.from_dense(torch.tensor([[0.0, 1.0], [1.0, 1.0]]))
        >>> at_sources(pattern, torch.tensor([[5.0], [6.0]])).flatten().tolist()
        [6.0, 5.0, 6.0]
    """
    if devices.on_cpu(x):
        return x[pattern.indices]
    rows: Tensor = _AtSources.apply(pattern, x)  # type: ignore[no-untyped-call]
    return rows


def at_targets(pattern: CSR, x: Float[Tensor, "rows heads"]) -> Float[Tensor, "entries heads"]:
    """Of each entry (i, j) the row x[i].

    Example:
        >>> pattern = CSR.from_dense(torch.tensor([[0.0, 1.0], [1.0, 1.0]]))
        >>> at_targets(pattern, torch.tensor([[5.0], [6.0]])).flatten().tolist()
        [5.0, 6.0, 6.0]
    """
    if devices.on_cpu(x):
        return x[pattern.row_ids()]
    rows: Tensor = _AtTargets.apply(pattern, x)  # type: ignore[no-untyped-call]
    return rows


class _AtSources(torch.autograd.Function):
    """The gradient is a sum over columns, which are the rows of the transposed pattern."""

    @staticmethod
    def forward(ctx: Any, pattern: CSR, x: Tensor) -> Tensor:
        ctx.pattern = pattern
        return x.index_select(0, pattern.indices)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        transposed = ctx.pattern.transpose_permutation()
        return None, segments(transposed, gradients[0].index_select(0, transposed.values), "sum")


class _AtTargets(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, pattern: CSR, x: Tensor) -> Tensor:
        ctx.pattern = pattern
        return x.index_select(0, pattern.row_ids())

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        return None, segments(ctx.pattern, gradients[0], "sum")


class _Softmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, pattern: CSR, scores: Tensor) -> Tensor:
        rows = pattern.row_ids()
        weights = (scores - _segments(pattern, scores, "max")[rows]).exp_()
        weights.div_(_segments(pattern, weights, "sum")[rows])
        ctx.pattern = pattern
        ctx.save_for_backward(weights)
        return weights

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        (weights,) = ctx.saved_tensors
        weighted = weights * gradients[0]
        mean = _segments(ctx.pattern, weighted, "sum")[ctx.pattern.row_ids()]
        return None, weighted.sub_(mean.mul_(weights))


class _Aggregate(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, pattern: CSR, weights: Tensor, x: Tensor) -> Tensor:
        ctx.pattern = pattern
        ctx.save_for_backward(weights, x)
        return _sums(pattern, weights, x)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor, Tensor]:
        weights, x = ctx.saved_tensors
        transposed = ctx.pattern.transpose_permutation()
        return (
            None,
            _products(ctx.pattern, gradients[0].contiguous(), x),
            _sums(transposed, weights[transposed.values], gradients[0]),
        )


class _DotScores(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, pattern: CSR, left: Tensor, right: Tensor) -> Tensor:
        ctx.pattern = pattern
        ctx.save_for_backward(left, right)
        return _products(pattern, left.contiguous(), right)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor | None, Tensor | None]:
        left, right = ctx.saved_tensors
        pattern, transposed = ctx.pattern, None
        of_left = _sums(pattern, gradients[0], right) if ctx.needs_input_grad[1] else None
        if not ctx.needs_input_grad[2]:
            return None, of_left, None
        transposed = pattern.transpose_permutation()
        return None, of_left, _sums(transposed, gradients[0][transposed.values], left)


class _LogSum(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, pattern: CSR, scores: Tensor) -> Tensor:
        rows = pattern.row_ids()
        most = _segments(pattern, scores, "max")
        weights = (scores - most[rows]).exp_()
        sums = _segments(pattern, weights, "sum")
        ctx.pattern = pattern
        ctx.save_for_backward(weights.div_(sums[rows]))
        return most + sums.log()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[None, Tensor]:
        (weights,) = ctx.saved_tensors
        return None, weights * gradients[0][ctx.pattern.row_ids()]


def _segments(pattern: CSR, values: Tensor, mode: str) -> Tensor:
    """Sum or maximum (rows, heads) of the values (entries, heads) of each row."""
    if not devices.on_cpu(values):
        return segments(pattern, values, mode)
    entries = torch.arange(pattern.nnz, device=values.device)
    return F.embedding_bag(entries, values, pattern.indptr, mode=mode, include_last_offset=True)


def _sums(pattern: CSR, weights: Tensor, x: Tensor) -> Tensor:
    """The weighted sums (rows, heads, width)."""
    sums = x.new_empty((len(pattern), *x.shape[1:]))
    # Off the CPU with the weights of each head side by side: one copy, where each head would read all of them.
    weights = weights if devices.on_cpu(weights) else weights.T.contiguous().T
    for head in range(x.size(1)):
        sums[:, head] = pattern.with_values(weights[:, head].contiguous()).matmul(x[:, head].contiguous())
    return sums


def _products(pattern: CSR, left: Tensor, right: Tensor) -> Tensor:
    """The product (entries, heads) of the row `left[i]` and the row `right[j]`, both (heads, width), of each entry."""
    products = left.new_empty((pattern.nnz, left.size(1)))
    size = max(1, _GATHERED["cpu" if devices.on_cpu(left) else "other"] // max(1, left[:1].numel()))
    for rows, columns, part in zip(
        pattern.row_ids().split(size), pattern.indices.split(size), products.split(size), strict=True
    ):
        torch.sum(left.index_select(0, rows).mul_(right.index_select(0, columns)), -1, out=part)
    return products
