"""Which labelled nodes train, and which choose the epoch."""

from numbers import Real
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.seeds import generator


def stratified(codes: Tensor, fraction: float, seed: int) -> Tensor:
    """Ids of the validation nodes: of each class the share `fraction` of its labelled nodes, at random.

    Counts are rounded to the nearest, but a class of two labels or more validates with at least one and trains with at
    least one; a class with a single label only trains.

    Args:
        codes: int64 (nodes,), class or -1.
        fraction: between 0 and 1, both excluded.
        seed: equal seeds give equal draws.

    Raises:
        ConfigError: if the fraction is no number or out of range.
        DataError: if no class has two labels.
    """
    if not isinstance(fraction, Real) or not 0 < fraction < 1:
        raise ConfigError(f"validation_fraction: expected a number between 0 and 1, both excluded, got {fraction!r}")
    chosen = []
    for c in range(int(codes.max()) + 1):
        ids = (codes == c).nonzero()[:, 0]
        order = torch.randperm(ids.numel(), generator=generator(seed, f"holdout/{c}"))
        count = min(max(1, round(fraction * ids.numel())), ids.numel() - 1)
        chosen.append(ids[order[:count]])
    valid = torch.cat(chosen).sort().values
    if valid.numel() == 0:
        raise DataError(
            "y: expected a class with at least two labelled nodes, so that one can validate, got one label per class; "
            "label more nodes"
        )
    return valid


def explicit(codes: Tensor, classes: Any, ids: Any) -> Tensor:
    """Validation nodes that the caller chose, as ascending ids.

    Args:
        codes: int64 (nodes,), class or -1.
        classes: label of each class, for messages.
        ids: (validation nodes,) row numbers, or a mask (nodes,).

    Raises:
        DataError: if there is none, one is out of range, given twice or unlabelled, or a class keeps no training label.
    """
    try:
        chosen = np.asarray(ids.detach().cpu() if isinstance(ids, Tensor) else ids)
    except ValueError as error:  # rows of different lengths
        raise DataError(f"validation_ids: expected row numbers or a mask, got no array ({error})") from error
    if chosen.dtype == bool and chosen.shape == tuple(codes.shape):
        chosen = chosen.nonzero()[0]
    if chosen.ndim != 1 or chosen.size == 0 or chosen.dtype.kind not in "iu":
        raise DataError(
            f"validation_ids: expected row numbers of at least one labelled node, or a mask over all {codes.numel()}, "
            f"got {chosen.dtype} of shape {chosen.shape}"
        )
    if chosen.min() < 0 or chosen.max() >= codes.numel() or len(np.unique(chosen)) < len(chosen):
        raise DataError(
            f"validation_ids: expected different row numbers in 0..{codes.numel() - 1}, "
            f"got {chosen.min()}..{chosen.max()}, {len(chosen) - len(np.unique(chosen))} of them repeated"
        )
    valid = torch.from_numpy(chosen.astype(np.int64)).sort().values
    if bool((codes[valid] < 0).any()):
        first = int(valid[codes[valid] < 0][0])
        raise DataError(f"validation_ids: expected labelled nodes, got node {first}, which has no label; leave it out")
    rest = codes.clone()
    rest[valid] = -1
    lost = sorted(set(range(len(classes))) - set(rest.tolist()))
    if lost:
        named = ", ".join(str(classes[c]) for c in lost)
        raise DataError(
            f"validation_ids: expected a training label for each class, got none for {named}; "
            "leave some of its nodes for training"
        )
    return valid
