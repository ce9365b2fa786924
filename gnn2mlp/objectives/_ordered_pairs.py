"""Hinges between all pairs of each row, summed without ever being held at once."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from gnn2mlp.nn.devices import on_cpu

# Pairs that are looked at together: on a CPU they stay in its cache, a GPU wants many at once.
_CPU_PAIRS, _GPU_PAIRS = 1 << 17, 1 << 25


def ordered_hinges(student: Tensor, teacher: Tensor, margin: float) -> tuple[Tensor, Tensor]:
    """Σ max(0, ŷ_k - ŷ_i + δ) over all (i, k) of a row with y_i - y_k > δ, over all rows, and how many these are.

    All comparisons of M columns are M² for each row. They are made in blocks of bounded size, and the gradient, which
    needs no more than how often each column is on the wrong side, is kept in their place: memory is that of `student`.

    Args:
        student: ŷ, (rows, columns).
        teacher: y, (rows, columns); takes no gradient.
        margin: δ.

    Returns:
        The sum, and the number of ordered pairs, each (); both in float64, as sums of many.

    Example:
        >>> y = torch.tensor([[0.9, 0.5, 0.1]])
        >>> [value.item() for value in ordered_hinges(torch.zeros(1, 3), y, 0.25)]
        [0.75, 3.0]
    """
    total, ordered = _OrderedHinges.apply(student, teacher, margin)  # type: ignore[no-untyped-call]
    return total, ordered


class _OrderedHinges(torch.autograd.Function):
    """The sum and its gradient in one go: ∂/∂ŷ_j counts the pairs in which j is too low (-1) or too high (+1)."""

    @staticmethod
    def forward(ctx: Any, student: Tensor, teacher: Tensor, margin: float) -> tuple[Tensor, Tensor]:
        kept = student.detach().to(torch.promote_types(student.dtype, torch.float32))
        gradient, sums = torch.zeros_like(kept), kept.new_zeros(2, dtype=torch.float64)
        wide = teacher.detach().to(kept.dtype)
        for rows, columns in _blocks(kept):
            y, own = wide[rows], kept[rows]
            # (rows, i, k): whether i is to be above k, and by how much it is not.
            above = (y[:, columns, None] - y[:, None, :] > margin).to(own.dtype)
            short = (own[:, None, :] - own[:, columns, None]).add_(margin).mul_(above).relu_()
            sums += torch.stack([short.sum(dtype=torch.float64), above.sum(dtype=torch.float64)])
            wrong = short.sign_()
            gradient[rows] += wrong.sum(1)
            gradient[rows, columns] -= wrong.sum(2)
        ctx.save_for_backward(gradient.to(student.dtype))
        total, ordered = sums.unbind()
        ctx.mark_non_differentiable(ordered)
        return total, ordered

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (gradient,) = ctx.saved_tensors
        return gradient * gradients[0].to(gradient.dtype), None, None


def _blocks(values: Tensor) -> Iterator[tuple[slice, slice]]:
    """Slices of rows and of their columns such that slice times all columns is at most so many pairs, nearly."""
    (rows, columns), budget = values.shape, _CPU_PAIRS if on_cpu(values) else _GPU_PAIRS
    height = max(1, budget // max(1, columns * columns))
    width = max(1, budget // max(1, height * columns))
    for row in range(0, rows, height):
        for column in range(0, columns, width):
            yield slice(row, row + height), slice(column, column + width)
