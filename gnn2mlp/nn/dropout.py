"""Dropout whose masks are cheap on a CPU, alone and in one operation with the ReLU before it.

torch draws one Bernoulli variable an element there, which takes a fifth of the epoch of a graph network and a third of
that of a student. Here 16 random bits an element are compared with a threshold, in pieces that stay in the cache. The
probability is thereby rounded to a multiple of 2^-16, and what is kept is scaled by the rounded one, so that its
expectation is exact. On other devices torch's own dropout is used.
"""

from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

# Elements that are drawn and applied at a time.
_PIECE = 1 << 17
_LEVELS = 1 << 16


def dropout(x: Tensor, probability: float, training: bool) -> Tensor:
    """`x` with each element zero with `probability` and scaled by 1 / (1 - probability) else; `x` itself in evaluation.

    Masks come from torch's global generator.
    """
    if not training or probability == 0:
        return x
    if not _cheap(x):
        return F.dropout(x, probability)
    mask = torch.ones_like(x, memory_format=torch.contiguous_format)
    _drop_(mask, probability)
    return x * mask


def relu_dropout_(x: Tensor, probability: float, training: bool) -> Tensor:
    """`dropout(relu(x))`, written into `x` where that is possible: pass what nothing else reads.

    What is positive afterwards is what was kept, so the backward pass needs no mask.
    """
    if not training or probability == 0:
        return F.relu_(x)
    if not _cheap(x):
        return F.dropout(F.relu_(x), probability)
    kept: Tensor = _ReluDropout.apply(x.contiguous(), probability)  # type: ignore[no-untyped-call]
    return kept


class _ReluDropout(torch.autograd.Function):
    """ReLU and dropout in place; the gradient passes where the result is positive."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, probability: float) -> Tensor:
        ctx.scale = _drop_(x.relu_(), probability)
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        (kept,) = ctx.saved_tensors
        return torch.ops.aten.threshold_backward(gradients[0], kept, 0).mul_(ctx.scale), None


def _cheap(x: Tensor) -> bool:
    return x.device.type == "cpu" and x.dtype in (torch.float32, torch.float64)


def _drop_(x: Tensor, probability: float) -> float:
    """Drop elements of the contiguous `x` in place; return the factor of those that are kept."""
    dropped = round(probability * _LEVELS)
    scale = _LEVELS / (_LEVELS - dropped) if dropped < _LEVELS else 0.0
    last_dropped = dropped - _LEVELS // 2 - 1
    flat = x.view(-1)
    for piece, noise in _noise(flat):
        # "threshold_backward" is `where(noise > t, piece, 0)` as one vectorised pass; masked_fill takes eight times it.
        torch.ops.aten.threshold_backward(piece, noise, last_dropped, grad_input=piece)
        piece.mul_(scale)
    return scale


def _noise(flat: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Pieces of `flat`, each with as many whole numbers, even on -2^15 .. 2^15 - 1, in a buffer that is used again."""
    size = min(_PIECE, flat.numel())
    words = torch.empty(-(-size // 4), dtype=torch.int64)
    noise = torch.empty(size, dtype=flat.dtype)
    for piece in flat.split(_PIECE):
        # With its bounds left out, random_ leaves the sign bit of every word zero.
        words.random_(-(2**63), None)
        yield piece, noise[: piece.numel()].copy_(words.view(torch.int16)[: piece.numel()])
