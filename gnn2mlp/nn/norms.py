"""Batch normalisation while a network is only tried out."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn


@contextmanager
def without_statistics(module: nn.Module) -> Iterator[None]:
    """Within the block no batch normalisation in `module` adds what it sees to its running statistics.

    In training it still normalises by the statistics of the batch, in evaluation by the running ones.

    Example:
        >>> import torch
        >>> norm = nn.BatchNorm1d(2)
        >>> with without_statistics(norm):
        ...     _ = norm(torch.tensor([[5.0, 5.0], [7.0, 7.0]]))
        >>> norm.running_mean.tolist()
        [0.0, 0.0]
    """
    tracking = [part for part in module.modules() if isinstance(part, nn.BatchNorm1d) and part.track_running_stats]
    if not module.training:
        tracking = []
    for part in tracking:
        part.track_running_stats = False
    try:
        yield
    finally:
        for part in tracking:
            part.track_running_stats = True
