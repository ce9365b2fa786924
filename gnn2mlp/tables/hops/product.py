"""One block of rows of Â X, of which two blocks of rows are held at a time."""

from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F

from gnn2mlp.tables.hops.links import Links, degrees_of, read_links
from gnn2mlp.tables.hops.parts import HopParts

Normalise = Literal["symmetric", "row"]


def multiply_block(
    links: Path, senders: list[int], block: int, source: HopParts, target: HopParts, normalise: Normalise
) -> list[str]:
    """Compute the rows of a block of one hop from the hop before, and write its parts.

    With D̃ the degrees of A + I, Â is D̃^-1/2 (A + I) D̃^-1/2 (`"symmetric"`) or D̃^-1 (A + I) (`"row"`).

    Args:
        links: the folder of links and degrees.
        senders: the block of senders of each group of links, as `write_links` returns it.
        block: of receivers.
        source: the hop before.
        target: this one.
        normalise: which Â.

    Returns:
        The SHA-256 of each part.

    Raises:
        ArtefactError: if something is missing or damaged, or cannot be written.
    """
    plan = source.plan
    held = np.empty((min(plan.rows, 1 << plan.block_bits), plan.width), dtype=np.float32)
    total = torch.zeros(plan.block_rows(block), plan.width)
    met = False
    for sender_block, groups in groupby(read_links(links, block, senders), attrgetter("sender_block")):
        rows = _scaled(links, sender_block, source, held, normalise)
        met |= sender_block == block
        if sender_block == block:
            total += rows  # the node itself
        for group in groups:
            _add_product(total, group, rows)
    if not met:
        total += _scaled(links, block, source, held, normalise)
    scale = degrees_of(links, block)
    scale = 1 / np.sqrt(scale) if normalise == "symmetric" else 1 / scale
    total *= torch.from_numpy(scale.astype(np.float32))[:, None]
    return _write(total.numpy(), block, source, target)


def _scaled(links: Path, block: int, source: HopParts, held: np.ndarray, normalise: Normalise) -> torch.Tensor:
    """The rows of a block of senders, each times what it sends with, in the memory `held`."""
    rows = source.block(block, held)
    if normalise == "symmetric":
        rows *= (1 / np.sqrt(degrees_of(links, block))).astype(np.float32)[:, None]
    return torch.from_numpy(rows)


def _add_product(total: torch.Tensor, links: Links, rows: torch.Tensor) -> None:
    """Add to the rows of receivers, which ascend, the sums of what they receive."""
    low, high = int(links.receiver[0]), int(links.receiver[-1]) + 1
    starts = np.searchsorted(links.receiver, np.arange(low, high + 1, dtype=np.int32)).astype(np.int32)
    sender = torch.from_numpy(np.array(links.sender))
    weight = None if links.weight is None else torch.from_numpy(np.array(links.weight))
    for begin in range(0, high - low, _ROWS):
        end = min(high - low, begin + _ROWS)
        places = slice(int(starts[begin]), int(starts[end]))
        found = F.embedding_bag(
            sender[places],
            rows,
            torch.from_numpy(starts[begin : end + 1] - starts[begin]),
            mode="sum",
            per_sample_weights=None if weight is None else weight[places],
            include_last_offset=True,
        )
        total[low + begin : low + end] += found


# Rows of receivers that are summed at once, so that a sum takes little memory beside the block.
_ROWS = 1 << 15


def _write(total: np.ndarray, block: int, source: HopParts, target: HopParts) -> list[str]:
    digests, begin = list[str](), 0
    for part in source.plan.parts_of(block):
        ids: Any = source.ids(part)
        digests.append(target.write(part, ids, total[begin : begin + len(ids)]))
        begin += len(ids)
    return digests
