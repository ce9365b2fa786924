"""Links and products by Spark, where one machine is not enough: tasks do both, on a folder that all workers see."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.progress import Progress
from gnn2mlp.core.spark import spark_session, spark_sql
from gnn2mlp.tables.hops.engine import Counts, Engine, Graph, without_loops
from gnn2mlp.tables.hops.links import GROUP, Keys, in_blocks, unique_links, write_block
from gnn2mlp.tables.hops.plan import HopPlan

# What tasks tell of a block; one row more a task, of block -1, has its links and, as "senders", those of a node itself.
_TOLD = "block int, links long, senders array<long>"


class SparkEngine(Engine):
    """Spark joins and sorts links; a task writes those of some blocks, or computes the rows of one block.

    Ids of the edges are read here, as every engine reads them, and laid down in `spill` for Spark, so that `spill` and
    the folder of the hops have to be on a disk that driver and workers see under one path. `memory` is that of a task.
    """

    name = "spark"

    def __init__(self, memory: int, spill: Path):
        spark_sql()
        super().__init__(memory, spill)

    def link(self, graph: Graph, folder: Path, progress: Progress) -> dict[str, Any]:
        """As in `Engine`."""
        progress(0, 1, "sorting links")
        session, plan = spark_session(), graph.plan
        arrow, _ = pyarrow_modules()
        with _failing("sort links"):
            numbered = arrow.schema([("id", graph.ids.compared), ("row", arrow.uint64())])
            nodes = self._laid_down(session, "nodes", graph.numbered(), numbered)
            edges = self._laid_down(session, "edges", graph.edges.batches(graph.ids), graph.edges.schema(graph.ids))
            twice = nodes.groupBy("id").agg({"row": "min", "*": "count"}).where("`count(1)` > 1")
            ((count, row),) = twice.selectExpr("count(*)", "min(`min(row)`)").collect()
            if count:
                raise graph.repeated(count, row)
            told = _keys(nodes, edges, graph).mapInArrow(_BlockWriter(folder, plan), _TOLD).collect()
        blocks = {each.block: each for each in told if each.block >= 0}
        for block in range(plan.blocks):
            if block not in blocks:
                write_block(folder, block, [], plan)
        totals = [each for each in told if each.block < 0]
        counts, share = Counts(graph.edges.rows), 1 if graph.directed else 2  # an undirected edge is two links
        counts.kept = sum(each.links for each in totals) // share
        counts.self_loops = sum(sum(each.senders) for each in totals) // share
        if counts.given and not counts.kept:
            raise graph.foreign()
        senders = [[*map(int, blocks[block].senders)] if block in blocks else [] for block in range(plan.blocks)]
        return {"links": sum(each.links for each in blocks.values()), "blocks": senders, "counts": counts.to_dict()}

    def multiply(self, blocks: Iterable[int], run: Callable[[int], None], told: Callable[[int], None]) -> None:
        """As in `Engine`, a block a task."""
        waiting = [*blocks]
        if waiting:
            numbers = spark_session().range(0, len(waiting), 1, len(waiting))
            with _failing("multiply"):
                numbers.mapInArrow(_Runner(run, waiting), "id long").collect()
        for block in waiting:
            told(block)

    def _laid_down(self, session: Any, name: str, batches: Iterable[Any], schema: Any) -> Any:
        """Batches as a table of Spark; whole numbers without a sign, which it does not have, by their bits."""
        _, parquet = pyarrow_modules()
        path = (self.spill / f"{name}.parquet").absolute()
        path.parent.mkdir(parents=True, exist_ok=True)
        signed = _signed(schema)
        with parquet.ParquetWriter(path, signed, compression="lz4", write_statistics=False) as writer:
            for batch in batches:
                writer.write_batch(_as(batch, signed), row_group_size=GROUP)
        return session.read.parquet(path.as_uri())


class _BlockWriter(NamedTuple):
    """Writes the links of the blocks whose keys it is given, in order, and says what there are."""

    folder: Path
    plan: HopPlan

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        counts = Counts(0)
        keys = without_loops(map(_of_batch, batches), self.plan, counts, directed=True)
        links = in_blocks(unique_links(keys), self.plan)
        for block, group in groupby(links, attrgetter("receiver_block")):
            yield _row(block, *write_block(self.folder, block, group, self.plan))
        yield _row(-1, counts.kept, [counts.self_loops])


class _Runner(NamedTuple):
    """Calls a function for those blocks whose places it is given."""

    run: Callable[[int], None]
    blocks: Sequence[int]

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        for batch in batches:
            for place in batch.column(0).to_pylist():
                self.run(self.blocks[place])
            yield batch


def _row(block: int, links: int, senders: list[int]) -> Any:
    arrow, _ = pyarrow_modules()
    columns = [
        arrow.array([block], arrow.int32()),
        arrow.array([links]),
        arrow.array([senders], arrow.list_(arrow.int64())),
    ]
    return arrow.record_batch(columns, names=["block", "links", "senders"])


def _keys(nodes: Any, edges: Any, graph: Graph) -> Any:
    """Keys of all links in partitions of whole blocks, ascending; with weights, and whether the edge was given so."""
    plan = graph.plan
    ends = [nodes.selectExpr(f"id AS {end}", f"row AS {end}_row") for end in ("source", "target")]
    joined = edges.join(ends[0], "source").join(ends[1], "target")
    weight = "" if graph.edges.weight is None else ", 'weight', weight"
    ways = [("target_row", "source_row", "false"), ("source_row", "target_row", "true")]
    links = [
        f"named_struct('key', {_key(receiver, sender, plan)}{weight}, 'back', {back})"
        for receiver, sender, back in ways[: 1 if graph.directed else 2]
    ]
    keys = joined.selectExpr(f"inline(array({', '.join(links)}))")
    # Ascending as numbers without a sign, which Spark does not have: within a block the first bit is the same.
    block = f"shiftrightunsigned(key, {32 + plan.block_bits})"
    order = [block, "key"] + ([] if graph.edges.weight is None else ["back", "weight"])
    functions = spark_sql().functions
    return keys.repartition(plan.blocks, functions.expr(block)).sortWithinPartitions(*map(functions.expr, order))


def _key(receiver: str, sender: str, plan: HopPlan) -> str:
    """As `key_sql`, in Spark's words: its SQL has functions for shifts."""
    bits, inside = plan.block_bits, (1 << plan.block_bits) - 1
    blocks = f"(shiftleft(shiftright({receiver}, {bits}), {32 - bits}) | shiftright({sender}, {bits}))"
    return f"shiftleft({blocks}, {2 * bits}) | shiftleft({receiver} & {inside}, {bits}) | ({sender} & {inside})"


def _of_batch(batch: Any) -> Keys:
    columns = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in batch.schema.names}
    weight = columns.get("weight")
    return Keys(columns["key"].view(np.uint64), weight, None if weight is None else columns["back"])


def _signed(schema: Any) -> Any:
    arrow, _ = pyarrow_modules()
    return arrow.schema([(each.name, arrow.int64() if each.type == arrow.uint64() else each.type) for each in schema])


def _as(batch: Any, schema: Any) -> Any:
    """The same bits as columns of other types."""
    arrow, _ = pyarrow_modules()
    columns = [column.view(each.type) for column, each in zip(batch.columns, schema, strict=True)]
    return arrow.RecordBatch.from_arrays(columns, schema=schema)


@contextmanager
def _failing(what: str) -> Iterator[None]:
    """Within the block an error of Spark becomes an `ArtefactError`."""
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        said = str(error).strip().splitlines()
        lines = [line.strip() for line in said if "Error: " in line] or said[:1]
        raise ArtefactError(
            f"Spark could not {what}: {lines[-1] if lines else error}; what was finished stays, and the same command "
            "goes on"
        ) from error
