"""Batch normalisation by the statistics of a batch of which each process holds a part."""

from itertools import chain
from typing import Any

import torch
from torch import Tensor, nn


class SyncBatchNorm(nn.BatchNorm1d):
    """`BatchNorm1d` over the rows of all processes; a process may have none.

    Means, and then squared distances from them, are summed in two exchanges forward and as many backward. (torch's own
    class of this name works on GPUs alone.)
    """

    def forward(self, x: Tensor) -> Tensor:
        """Normalise (rows, features); in evaluation as `BatchNorm1d`."""
        if not self.training:
            return super().forward(x)
        wide = x.to(torch.promote_types(x.dtype, torch.float32))  # half precision cannot count the rows of a batch
        total = _sum(torch.cat([wide.sum(0), wide.new_full((1,), len(x))]))
        rows = total[-1].detach()
        mean = total[:-1] / rows
        variance = _sum((wide - mean).square().sum(0)) / rows
        self._keep(mean.detach(), (variance * rows / (rows - 1).clamp(min=1)).detach())
        normal = (wide - mean) * torch.rsqrt(variance + self.eps)
        return (normal * self.weight + self.bias if self.affine else normal).to(x.dtype)

    def _keep(self, mean: Tensor, variance: Tensor) -> None:
        """Move the running statistics, if the norm has any, towards those of the batch."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        if not self.track_running_stats:  # for the moment
            return
        self.num_batches_tracked.add_(1)
        # Without a momentum they are means over all batches so far.
        weight = self.num_batches_tracked.reciprocal().to(mean.dtype) if self.momentum is None else self.momentum
        self.running_mean.lerp_(mean, weight)
        self.running_var.lerp_(variance, weight)


def convert_batch_norms(module: nn.Module) -> None:
    """Replace every `BatchNorm1d` in `module`, which is freshly built; names and shapes of its state stay."""
    for name, part in module.named_children():
        if isinstance(part, nn.BatchNorm1d):
            shared = SyncBatchNorm(part.num_features, part.eps, part.momentum, part.affine, part.track_running_stats)
            shared.load_state_dict(part.state_dict())
            state = next(chain(part.parameters(), part.buffers()), None)
            setattr(module, name, shared if state is None else shared.to(state.device))
        else:
            convert_batch_norms(part)


class _Sum(torch.autograd.Function):
    """The sum over all processes. Each of them reads it, so its gradient is the sum of theirs."""

    @staticmethod
    def forward(ctx: Any, value: Tensor) -> Tensor:
        summed = value.clone()
        torch.distributed.all_reduce(summed)
        return summed

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        summed = gradients[0].contiguous().clone()
        torch.distributed.all_reduce(summed)
        return summed


def _sum(value: Tensor) -> Tensor:
    summed: Tensor = _Sum.apply(value)  # type: ignore[no-untyped-call]
    return summed
