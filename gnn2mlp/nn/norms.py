"""Batch normalisation: networks that have it, and what it needs."""

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


def least_rows(module: nn.Module) -> int:
    """How many rows a network needs in a batch of training: two to normalise over them, else one.

    Example:
        >>> from gnn2mlp.nn.mlp import MLP
        >>> least_rows(MLP(3, 4, 2, norm="batch")), least_rows(MLP(3, 4, 2, norm="layer"))
        (2, 1)
    """
    return 2 if any(isinstance(part, nn.BatchNorm1d) for part in module.modules()) else 1


def steps_for(rows: int, batch_size: int, least: int = 1) -> int:
    """How many batches of equal size, nearly `batch_size`, an epoch has: at least one, and none of fewer than `least`.

    Example:
        >>> steps_for(1000, 512), steps_for(7, 2), steps_for(7, 2, least=2)
        (2, 4, 3)
    """
    return max(1, min(rows // least, round(rows / batch_size)))
