"""Dropout whose masks are cheap on a CPU, alone and in one operation with the ReLU before it.

torch draws one Bernoulli variable an element there, which takes longer than much of what a network computes. Here one
random byte an element is compared with a threshold, in chunks that stay in the cache. Where the probability is no
multiple of 1/256, the threshold of each chunk is one of the two beside it, at random and such that every element is
dropped with the very probability. On other devices torch's own dropout is used.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.autograd.function import once_differentiable

from gnn2mlp.nn import devices
from gnn2mlp.nn.csr import CSR, Features

# Elements that are drawn and applied at a time.
_CHUNK = 1 << 18
_LEVELS = 1 << 8


def dropout(x: Tensor, probability: float, training: bool) -> Tensor:
    """`x` with each element zero with `probability` and scaled by 1 / (1 - probability) else; `x` itself in evaluation.

    Masks come from torch's global generator.

    Example:
        >>> _ = torch.manual_seed(0)
        >>> dropped = dropout(torch.ones(10_000), 0.2, training=True)
        >>> sorted(set(dropped.tolist())), 0.75 < dropped.bool().float().mean().item() < 0.85
        ([0.0, 1.25], True)
    """
    if not training or probability == 0:
        return x
    if not _cheap(x):
        return F.dropout(x, probability)
    mask = torch.ones_like(x, memory_format=torch.contiguous_format)
    _drop_(mask, probability)
    return x * mask


def dropout_rows(x: Features, probability: float, training: bool) -> Features:
    """`dropout` of the values of rows (rows, features), dense or sparse; the expectation of every value stays.

    Of sparse rows only stored values are drawn, as dropping a zero changes nothing: the distribution is that of dense
    rows. What is dropped keeps its place, with the value zero.

    Args:
        x: the rows, which stay as they are.
        probability: of a value to be dropped, in 0..1; each by itself.
        training: without it `x` itself comes back.

    Example:
        >>> from gnn2mlp.nn.csr import CSR
        >>> _ = torch.manual_seed(0)
        >>> rows = CSR.from_dense(torch.eye(3))
        >>> dropout_rows(rows, 0.5, training=True).values.unique().tolist()
        [0.0, 2.0]
        >>> dropout_rows(rows, 0.5, training=False) is rows
        True
    """
    if not training or probability == 0:
        return x
    if isinstance(x, CSR):
        return x.with_values(dropout(x.values, probability, training))
    return dropout(x, probability, training)


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
    return devices.on_cpu(x) and x.dtype in (torch.float32, torch.float64)


def _drop_(x: Tensor, probability: float) -> float:
    """Drop elements of the contiguous `x` in place; return the factor of those that are kept."""
    scale = 1 / (1 - probability) if probability < 1 else 0.0
    chunks = x.view(-1).split(_CHUNK)
    # The levels below which an element is dropped, rounded up as often as the fraction says, and down else.
    dropped = (probability * _LEVELS + torch.rand(len(chunks), dtype=torch.float64)).floor().tolist()
    for chunk, noise, levels in zip(chunks, _noise(chunks), dropped, strict=True):
        # "threshold_backward" is `where(noise > t, chunk, 0)` as one vectorised pass, which masked_fill is not.
        torch.ops.aten.threshold_backward(chunk, noise, levels - _LEVELS // 2 - 1, grad_input=chunk)
        chunk.mul_(scale)
    return scale


def _noise(chunks: Sequence[Tensor]) -> Iterator[Tensor]:
    """For each chunk as many whole numbers, even on -2^7 .. 2^7 - 1, in a buffer that is used again."""
    size = chunks[0].numel()
    words = torch.empty(-(-size // 8), dtype=torch.int64)
    noise = torch.empty(size, dtype=chunks[0].dtype)
    for count in map(Tensor.numel, chunks):
        # With its bounds left out, random_ leaves the sign bit of every word zero.
        words.random_(-(2**63), None)
        yield noise[:count].copy_(words.view(torch.int8)[:count])
