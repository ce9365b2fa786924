"""Who receives from whom, by row numbers, in one file for each block of receivers.

A link is a key of 64 bits: the receiver's block, the sender's block, and the places of both within them. Sorted by it,
links come in the order in which a product needs them: one block of receivers after the other, and for each of them one
block of senders after the other.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.files import atomic
from gnn2mlp.core.parquet import open_table, pyarrow_modules, reading
from gnn2mlp.tables.hops.plan import HopPlan

# Links that are read and multiplied at once.
GROUP = 1 << 20
RECEIVER, SENDER, WEIGHT = "receiver", "sender", "weight"


class Keys(NamedTuple):
    """Sorted keys of links uint64 (links,), and their weights float64 (links,), where there are any.

    `back` tells whether an edge was given in the other direction.
    """

    key: np.ndarray
    weight: np.ndarray | None = None
    back: np.ndarray | None = None

    def take(self, rows: slice) -> "Keys":
        """Some of them."""
        return Keys._make(None if each is None else each[rows] for each in self)


class Links(NamedTuple):
    """Links between two blocks: places within them, int32 (links,), receivers ascending, and float32 weights."""

    receiver_block: int
    sender_block: int
    receiver: np.ndarray
    sender: np.ndarray
    weight: np.ndarray | None


def key_sql(receiver: str, sender: str, plan: HopPlan) -> str:
    """The key of a link as an expression of SQL.

    Args:
        receiver: an expression of the receiver's row number, as 64 bits without a sign.
        sender: of the sender's.
        plan: of blocks.
    """
    bits, inside = plan.block_bits, (1 << plan.block_bits) - 1
    blocks = f"((({receiver}) >> {bits}) << {32 - bits}) | (({sender}) >> {bits})"
    return f"(({blocks}) << {2 * bits}) | ((({receiver}) & {inside}) << {bits}) | (({sender}) & {inside})"


def unique_links(batches: Iterable[Keys]) -> Iterator[Keys]:
    """Each link once, of sorted ones that may be repeated within and across batches.

    Weights of repetitions are summed; where an edge is given in both directions, its weight is the mean of both. As
    `gnn2mlp.data.edges.weighted_edges` has it.

    Example:
        >>> first = Keys(np.array([3, 3]), np.array([1.0, 2.0]), np.array([False, True]))
        >>> second = Keys(np.array([3, 8]), np.array([2.0, 5.0]), np.array([True, False]))
        >>> [(found.key.tolist(), found.weight.tolist()) for found in unique_links([first, second])]
        [([3], [2.5]), ([8], [5.0])]
    """
    held: Keys | None = None
    for batch in batches:
        joined = batch if held is None else _joined(held, batch)
        if not len(joined.key):
            continue
        begin = int(np.searchsorted(joined.key, joined.key[-1]))  # the last key may go on in the next batch
        if begin:
            yield _once(joined.take(slice(0, begin)))
        held = joined.take(slice(begin, None)) if joined.weight is not None else joined.take(slice(begin, begin + 1))
    if held is not None:
        yield _once(held)


def _joined(*parts: Keys) -> Keys:
    columns = zip(*parts, strict=True)
    return Keys._make(None if each[0] is None else np.concatenate(each) for each in columns)


def _once(keys: Keys) -> Keys:
    starts = np.flatnonzero(np.concatenate([[True], keys.key[1:] != keys.key[:-1]]))
    if keys.weight is None or keys.back is None:
        return Keys(keys.key[starts])
    ahead = [np.add.reduceat(values, starts) for values in (keys.weight * ~keys.back, keys.weight * keys.back)]
    given = [np.logical_or.reduceat(marks, starts) for marks in (~keys.back, keys.back)]
    return Keys(keys.key[starts], (ahead[0] + ahead[1]) / (1 + (given[0] & given[1])))


def in_blocks(batches: Iterable[Keys], plan: HopPlan) -> Iterator[Links]:
    """Links between two blocks each, at most `GROUP` of them at a time; no node is linked with itself."""
    bits = plan.block_bits
    inside, blocks = (1 << bits) - 1, (1 << (32 - bits)) - 1
    for batch in batches:
        pair = batch.key >> np.uint64(2 * bits)
        starts = np.flatnonzero(np.concatenate([[True], pair[1:] != pair[:-1]]))
        for low, end in zip(starts, [*starts[1:], len(pair)], strict=True):
            for begin in range(low, end, GROUP):
                part = batch.take(slice(begin, min(end, begin + GROUP)))
                receiver = ((part.key >> np.uint64(bits)) & np.uint64(inside)).astype(np.int32)
                sender = (part.key & np.uint64(inside)).astype(np.int32)
                both = int(pair[begin])
                weight = None if part.weight is None else part.weight.astype(np.float32)
                yield Links(both >> (32 - bits), both & blocks, receiver, sender, weight)


def write_links(folder: Path, links: Iterable[Links], plan: HopPlan) -> dict[str, Any]:
    """Write the links of all blocks, and how much each node receives (`degrees_of`).

    Args:
        folder: of a file for each block.
        links: in the order of their keys, each once.
        plan: of blocks.

    Returns:
        `links`, how many there are; and `blocks`, for each block of receivers the block of senders of each row group.

    Raises:
        ArtefactError: if a file cannot be written.
    """
    found: dict[int, list[int]] = {block: [] for block in range(plan.blocks)}
    total = 0
    for block, group in groupby(links, attrgetter("receiver_block")):
        count, found[block] = write_block(folder, block, group, plan)
        total += count
    for block in (block for block, groups in found.items() if not groups):
        write_block(folder, block, [], plan)
    return {"links": total, "blocks": [found[block] for block in range(plan.blocks)]}


def write_block(folder: Path, block: int, links: Iterable[Links], plan: HopPlan) -> tuple[int, list[int]]:
    """Write the links of one block of receivers: how many there are, and the block of senders of each row group."""
    arrow, parquet = pyarrow_modules()
    degrees, senders, count = np.ones(plan.block_rows(block)), list[int](), 0

    def fill(file: Any) -> None:
        nonlocal degrees, count
        writer = None
        try:
            for each in links:
                columns = {RECEIVER: each.receiver, SENDER: each.sender}
                columns |= {} if each.weight is None else {WEIGHT: each.weight}
                table = arrow.table(columns)
                if writer is None:
                    options = {"compression": "none", "use_dictionary": False, "write_page_checksum": True}
                    writer = parquet.ParquetWriter(file, table.schema, write_statistics=False, **options)
                writer.write_table(table, row_group_size=GROUP)
                degrees += np.bincount(each.receiver, each.weight, minlength=len(degrees))
                senders.append(each.sender_block)
                count += len(each.receiver)
        finally:
            if writer is not None:
                writer.close()

    atomic(_links_path(folder, block), fill)
    atomic(_degrees_path(folder, block), lambda file: np.save(file, degrees))
    return count, senders


def degrees_of(folder: Path, block: int) -> np.ndarray:
    """Float64 (rows,): 1 and the weights of the links that a node receives by, the degrees of A + I."""
    path = _degrees_path(folder, block)
    with reading(path):
        return np.asarray(np.load(path))


def read_links(folder: Path, block: int, senders: list[int]) -> Iterator[Links]:
    """The links of a block of receivers, in groups.

    Raises:
        ArtefactError: if the file is missing or damaged.
    """
    path = _links_path(folder, block)
    file = open_table(path) if senders else None
    for number, sender_block in enumerate(senders):
        with reading(path):
            table = file.read_row_group(number)  # type: ignore[union-attr]
        columns = {name: table.column(name).to_numpy() for name in table.column_names}
        yield Links(block, sender_block, columns[RECEIVER], columns[SENDER], columns.get(WEIGHT))


def _links_path(folder: Path, block: int) -> Path:
    return folder / f"links-{block:06d}.parquet"


def _degrees_path(folder: Path, block: int) -> Path:
    return folder / f"degrees-{block:06d}.npy"
