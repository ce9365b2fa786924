"""What an engine does for `propagate_hops`: it finds out who is linked with whom, and carries out products of blocks.

An engine is one class in one file. Two methods are its own:

* `link` reads the ids of the nodes (`Graph.numbered`) and the edges (`Graph.edges.batches`), replaces both ends of each
  edge by row numbers, and hands links to `write_links` in the order of `key_sql`, each once (`unique_links`), no node
  linked with itself (`without_loops`). An engine whose links are already apart by the receiver's block may call
  `write_block` for each, wherever that runs.
* `multiply` calls a function of files for each block that is not noted yet, here one after the other. Blocks need
  nothing of each other, and the function can be pickled, so that it may run anywhere that sees the folder.

Nothing else decides what a hop is, so that engines agree but for the rounding of sums.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.progress import Progress
from gnn2mlp.tables.hops.edge_table import EdgeTable
from gnn2mlp.tables.hops.links import Keys
from gnn2mlp.tables.hops.parts import HopParts
from gnn2mlp.tables.hops.plan import HopPlan
from gnn2mlp.tables.ids import Ids


class Graph(NamedTuple):
    """Nodes and edges as an engine gets them.

    Args:
        nodes: hop 0, which names the nodes in their order.
        edges: between their ids.
        ids: as what the ids of both are compared.
        directed: whether nodes receive along the direction of edges alone.
        where: the table of nodes, for messages.
    """

    nodes: HopParts
    edges: EdgeTable
    ids: Ids
    directed: bool
    where: str

    @property
    def plan(self) -> HopPlan:
        """How rows are cut."""
        return self.nodes.plan

    def numbered(self) -> Iterator[Any]:
        """Record batches with `id`, as ids are compared, and `row`, uint64, of all nodes."""
        arrow, _ = pyarrow_modules()
        for part in range(self.plan.parts):
            read = self.ids.read(arrow.chunked_array([self.nodes.ids(part)]), self.where)
            first = part << self.plan.part_bits
            row = arrow.array(np.arange(first, first + len(read), dtype=np.uint64))
            yield arrow.record_batch([read, row], names=["id", "row"])

    def repeated(self, count: int, row: int) -> DataError:
        """The error of so many ids that are there more than once; the first of them is that of this row."""
        return DataError(
            f"{self.where}: expected each id once, got {count:,} more than once (first: {self._shown(row)}); keep one "
            "row of each"
        )

    def foreign(self) -> DataError:
        """The error of edges none of which joins two nodes."""
        first = next(self.edges.batches(self.ids), None)
        end = self.ids.shown(first.column(0)) if first is not None and first.num_rows else "none"
        return DataError(
            f"{self.edges.path}: expected edges between the nodes, got {self.edges.rows:,}, none of which joins two of "
            f"them: they have ids such as {end}, while {self.where} has {self._shown(0)}; write the ids alike in both"
        )

    def _shown(self, row: int) -> str:
        arrow, _ = pyarrow_modules()
        bits = self.plan.part_bits
        ids = self.nodes.ids(row >> bits).slice(row & ((1 << bits) - 1), 1)
        return self.ids.shown(self.ids.read(arrow.chunked_array([ids]), self.where))


class Counts:
    """What became of the edges: how many were given, and how many ends are nodes.

    Attributes:
        given: edges in the table.
        kept: of them, those that join two nodes.
        self_loops: of those kept, those that join a node with itself; they are left out.
    """

    def __init__(self, given: int):
        self.given = given
        self.kept = 0
        self.self_loops = 0

    def to_dict(self) -> dict[str, int]:
        """By name, with `dangling`, those not kept."""
        return {"edges": self.given, "dangling": self.given - self.kept, "self_loops": self.self_loops}


def without_loops(batches: Iterable[Keys], plan: HopPlan, counts: Counts, directed: bool) -> Iterator[Keys]:
    """The links of two different nodes; all are counted."""
    bits = plan.block_bits
    high, low = np.uint64((1 << (32 - bits)) - 1), np.uint64((1 << bits) - 1)
    links = loops = 0
    for batch in batches:
        key = batch.key
        pair = key >> np.uint64(2 * bits)
        looped = ((pair >> np.uint64(32 - bits)) == (pair & high)) & (((key >> np.uint64(bits)) & low) == (key & low))
        links, loops = links + len(key), loops + int(np.count_nonzero(looped))
        # An undirected edge is two links, a node with itself among them.
        counts.kept, counts.self_loops = (links, loops) if directed else (links // 2, loops // 2)
        if looped.any():
            yield Keys._make(None if each is None else each[~looped] for each in batch)
        else:
            yield batch


class Engine(ABC):
    """See the module.

    Args:
        memory: bytes that the process may hold.
        spill: folder for what does not fit into it.
    """

    name: ClassVar[str]

    def __init__(self, memory: int, spill: Path):
        self.memory = memory
        self.spill = spill

    @abstractmethod
    def link(self, graph: Graph, folder: Path, progress: Progress) -> dict[str, Any]:
        """Write links and degrees into a folder.

        Returns:
            What `write_links` returns, and `counts` as `Counts.to_dict` gives them.

        Raises:
            DataError: for an id that is there twice, or if no edge joins two nodes.
            ArtefactError: if the disk is full, or a file damaged.
        """

    def multiply(self, blocks: Iterable[int], run: Callable[[int], None], told: Callable[[int], None]) -> None:
        """Call `run` for each of these blocks, and `told`, here, once that is done."""
        for block in blocks:
            run(block)
            told(block)
