"""Links by DuckDB, embedded: it numbers the ends of edges and sorts links, on disk where memory does not suffice."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.progress import Progress
from gnn2mlp.tables.hops.engine import Counts, Engine, Graph, without_loops
from gnn2mlp.tables.hops.links import GROUP, Keys, in_blocks, key_sql, unique_links, write_links
from gnn2mlp.tables.hops.plan import RESERVE
from gnn2mlp.tables.sorting import THREADS, Source

# What DuckDB holds beyond what it counts, and what is held beside it, of the memory that is given.
_BESIDE = RESERVE + (256 << 20)


class DuckDBEngine(Engine):
    """Edges are a stream; ids of nodes are the smaller side of both joins, which DuckDB keeps on disk if need be."""

    name = "duckdb"

    def link(self, graph: Graph, folder: Path, progress: Progress) -> dict[str, Any]:
        """As in `Engine`."""
        arrow, _ = pyarrow_modules()
        counts, source = Counts(graph.edges.rows), Source(graph.edges.batches(graph.ids))
        with self._database(source) as database:
            progress(0, 1, "sorting links")
            schema = arrow.schema([("id", graph.ids.compared), ("row", arrow.uint64())])
            database.register("given", arrow.RecordBatchReader.from_batches(schema, graph.numbered()))
            database.execute("CREATE TABLE nodes AS SELECT * FROM given").fetchall()
            self._check_unique(database, graph)
            database.register(
                "edges", arrow.RecordBatchReader.from_batches(graph.edges.schema(graph.ids), iter(source))
            )
            ordered = database.sql(_query(graph)).to_arrow_reader(GROUP)
            keys = without_loops(_keys(ordered), graph.plan, counts, graph.directed)
            expected = graph.edges.rows * (1 if graph.directed else 2)
            found = write_links(
                folder, in_blocks(_told(unique_links(keys), expected, progress), graph.plan), graph.plan
            )
            if counts.given and not counts.kept:
                raise graph.foreign()
        return {**found, "counts": counts.to_dict()}

    @contextmanager
    def _database(self, source: Source) -> Iterator[Any]:
        try:
            import duckdb
        except ImportError as error:
            raise ConfigError(
                "the engine duckdb needs duckdb; install the extra: pip install 'gnn2mlp[parquet]'"
            ) from error
        arrow, _ = pyarrow_modules()
        self.spill.mkdir(parents=True, exist_ok=True)
        database = duckdb.connect(
            config={
                "memory_limit": f"{max(self.memory - _BESIDE, 128 << 20)}B",
                "threads": min(THREADS, os.cpu_count() or 1),
                "temp_directory": str(self.spill),
                "preserve_insertion_order": False,
                "autoinstall_known_extensions": False,
                # How long a stream is it cannot know: joins stay as they are written, edges along nodes.
                "disabled_optimizers": "join_order,build_side_probe_side",
            }
        )
        try:
            yield database
        except (duckdb.Error, arrow.ArrowException) as error:
            if source.error is not None:
                raise source.error from None
            raise ArtefactError(
                f"could not sort links in {self.spill} ({' '.join(str(error).split())}); free some space, choose "
                "another folder with --spill, or give more memory with --memory"
            ) from error
        finally:
            database.close()

    def _check_unique(self, database: Any, graph: Graph) -> None:
        twice = "SELECT id, min(row) AS row FROM nodes GROUP BY id HAVING count(*) > 1"
        found = database.execute(f"SELECT count(*), min(row) FROM ({twice})").fetchall()
        count, row = found[0]
        if count:
            raise graph.repeated(count, row)


def _query(graph: Graph) -> str:
    """Keys of all links, ascending; with weights, and whether the edge was given the other way round."""
    ahead, back = (key_sql(*ends, graph.plan) for ends in (("t.row", "s.row"), ("s.row", "t.row")))
    joined = "FROM edges AS e JOIN nodes AS s ON e.source = s.id JOIN nodes AS t ON e.target = t.id"
    if graph.edges.weight is None:
        keys = ahead if graph.directed else f"unnest([{ahead}, {back}])"
        return f"SELECT {keys} AS key {joined} ORDER BY key"
    rows = [f"{{'key': {key}, 'weight': e.weight, 'back': {mark}}}" for key, mark in ((ahead, False), (back, True))]
    if graph.directed:
        rows = rows[:1]
    links = f"SELECT unnest([{', '.join(rows)}], recursive := true) {joined}"
    return f"SELECT * FROM ({links}) ORDER BY key, back, weight"


def _keys(batches: Any) -> Iterator[Keys]:
    for batch in batches:
        columns = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in batch.schema.names}
        yield Keys(columns["key"], columns.get("weight"), columns.get("back"))


def _told(batches: Iterator[Keys], expected: int, progress: Progress) -> Iterator[Keys]:
    done = 0
    for batch in batches:
        yield batch
        done += len(batch.key)
        progress(min(done, expected), max(expected, 1), f"{done:,} links")
