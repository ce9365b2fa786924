"""Hop features Â^k X of a graph that is larger than the memory: SIGN's rows, computed once, by an engine of SQL.

Ends of edges become row numbers, and links are sorted, by the engine, on disk where memory does not suffice. Then a hop
is a product of blocks: the rows of a block of nodes are summed up in memory from one block of the hop before after the
other. So a pass over the hop before is read for each block; how many there are follows from memory, and what is held
does not grow with nodes or edges. What is finished is noted, and is not done again after a kill.
"""

import shutil
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from gnn2mlp.core.digest import digest_path
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError, nearest
from gnn2mlp.core.files import check_writable, write_json
from gnn2mlp.core.limits import check_at_least
from gnn2mlp.core.locks import locked
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.source import code_of
from gnn2mlp.tables.features import FeatureTable
from gnn2mlp.tables.hops.edge_table import EdgeTable
from gnn2mlp.tables.hops.engine import Engine, Graph
from gnn2mlp.tables.hops.nodes import write_nodes
from gnn2mlp.tables.hops.parts import HopParts, Notes
from gnn2mlp.tables.hops.plan import HopPlan, memory_bytes
from gnn2mlp.tables.hops.product import Normalise, multiply_block
from gnn2mlp.tables.hops.table import FORMAT, MANIFEST, HopTable
from gnn2mlp.tables.schema import ColumnNames

# Engines by name, each where its class is; nothing of one is imported before it is asked for.
ENGINES = {
    "duckdb": "gnn2mlp.tables.hops.duckdb_engine:DuckDBEngine",
    "spark": "gnn2mlp.tables.hops.spark_engine:SparkEngine",
}
MEMORY = "4GiB"
_WORK, _PLAN = "work", "plan"


def propagate_hops(
    nodes: Path,
    edges: Path,
    folder: Path,
    *,
    hops: int = 3,
    engine: str = "duckdb",
    memory: str | int = MEMORY,
    normalise: Normalise = "symmetric",
    directed: bool = False,
    names: ColumnNames | None = None,
    source: str | None = None,
    target: str | None = None,
    weight: str | None = None,
    spill: Path | None = None,
    progress: Progress = silent,
) -> HopTable:
    """Write Â^k X for k = 0 .. `hops`, or open what was written of the same inputs before.

    Edges are read as `gnn2mlp fit` reads them: in both directions unless `directed`; repeated ones count once, or with
    the sum of their weights; what joins a node with itself, or has an end that is no node, is left out and counted.
    Every node, an isolated one too, has one link of weight 1 with itself.

    Args:
        nodes: a Parquet table of ids and features, as `FeatureTable` reads it.
        edges: a Parquet table with a column of ids for each end.
        folder: where the hops are or will be.
        hops: K. Where a folder holds fewer of the same graph, only those that are missing are computed.
        engine: a key of `ENGINES`.
        memory: that the process may hold, such as `"4GiB"`; at least 1 GiB.
        normalise: Â of A + I and its degrees D̃: `"symmetric"`, D̃^-1/2 (A + I) D̃^-1/2, or `"row"`, D̃^-1 (A + I).
        directed: whether nodes receive along the direction of edges alone, from source to target.
        names: which columns of the nodes are what; default: as they are called.
        source: column of one end; default: by its name, as `source` or `src`, else the first.
        target: column of the other.
        weight: column of weights; default: `weight`, if there is one.
        spill: folder for what the engine puts aside; default: within `folder`.
        progress: told after each part, batch of links and block.

    Raises:
        ConfigError: for settings that cannot work, or if `folder` holds something else.
        DataError: for gaps among ids of nodes or features, an id that is there twice, or edges of other nodes.
        ArtefactError: if a table is missing or damaged, or the disk is full; what was finished stays.
    """
    check_at_least("propagate", 1, hops=hops)
    folder = folder.absolute()  # engines may work on it elsewhere
    if normalise not in ("symmetric", "row"):
        raise ConfigError(f"normalise: expected symmetric or row, got {normalise!r}")
    kind, given = _engine(engine), memory_bytes(memory)
    table, edge_table = FeatureTable(nodes, names), EdgeTable(edges, source, target, weight)
    ids = edge_table.joined_ids(table.ids, f"{nodes}: column {table.schema.id!r}")
    if not table.rows:
        raise DataError(f"{nodes}: expected nodes, got none; write the table again")
    plan = HopPlan.of_memory(table.rows, next(table.rows_alone())[1].shape[1], given)
    check_writable(folder, "choose another folder for --out")
    identity = {
        "nodes": digest_path(nodes),
        "edges": digest_path(edges),
        "columns": table.columns.to_list(),
        "id": table.schema.id,
        "ends": [*edge_table.ends, edge_table.weight],
        "directed": directed,
        "normalise": normalise,
        "code": [FORMAT, code_of(propagate_hops)],
    }
    with locked(folder, lambda: progress(0, 1, "waiting for another process that propagates there")):
        done = _present(folder, identity, plan)
        if done is not None and done.hops >= hops:
            return done
        job = _Job(folder, plan, identity, table, edge_table, done)
        job.write(
            kind(given, folder / _WORK / "spill" if spill is None else spill), ids, hops, directed, normalise, progress
        )
    return HopTable.open(folder)


class _Job:
    """One call: `write` carries out what is not noted yet."""

    def __init__(
        self,
        folder: Path,
        plan: HopPlan,
        identity: dict[str, Any],
        table: FeatureTable,
        edges: EdgeTable,
        done: HopTable | None,
    ):
        self.folder, self.plan, self.identity, self.table, self.edges = folder, plan, identity, table, edges
        self.work = folder / _WORK
        self.notes = Notes(self.work)
        self.digests: dict[str, list[str]] = {} if done is None else dict(done.manifest["digests"])

    def write(
        self, engine: Engine, ids: Any, hops: int, directed: bool, normalise: Normalise, progress: Progress
    ) -> None:
        """Features, links, one hop after the other, the manifest."""
        self._begin()
        first = self._parts(0)
        if "0" not in self.digests:
            self.digests["0"] = write_nodes(self.table, first, self.notes, progress)
        links = self.work / "links"
        found = self.notes.read("links")
        if found is None:
            graph = Graph(first, self.edges, ids, directed, str(self.table.path))
            try:
                found = engine.link(graph, links, progress)
            finally:
                shutil.rmtree(engine.spill, ignore_errors=True)
            self.notes.write(found, "links")
        for hop in range(1, hops + 1):
            if str(hop) not in self.digests:
                self.digests[str(hop)] = self._hop(engine, links, found["blocks"], hop, hops, normalise, progress)
        self._finish(hops, found, directed, normalise)

    def _begin(self) -> None:
        """Keep what was noted of the same job, and nothing of another, nor files that were not finished."""
        for path in self.folder.rglob(".*.tmp"):
            path.unlink()
        plan = {"identity": self.identity, "plan": list(self.plan)}
        if self.notes.read(_PLAN) != plan:
            shutil.rmtree(self.work, ignore_errors=True)
            self.notes.write(plan, _PLAN)

    def _parts(self, hop: int) -> HopParts:
        return HopParts(self.folder, hop, self.plan, self.table.schema.id)

    def _hop(
        self,
        engine: Engine,
        links: Path,
        senders: list[list[int]],
        hop: int,
        hops: int,
        normalise: Normalise,
        progress: Progress,
    ) -> list[str]:
        blocks, source, target = self.plan.blocks, self._parts(hop - 1), self._parts(hop)

        run = _Product(links, senders, source, target, normalise, self.notes, hop)
        waiting = [block for block in range(blocks) if self._noted(hop, block) is None]
        engine.multiply(
            waiting, run, lambda block: progress((hop - 1) * blocks + block + 1, hops * blocks, f"hop {hop} of {hops}")
        )
        return [digest for block in range(blocks) for digest in (self._noted(hop, block) or [])]

    def _noted(self, hop: int, block: int) -> list[str] | None:
        note, parts = self.notes.read("hop", hop, block), self._parts(hop)
        there = note is not None and all(parts.path(part).exists() for part in self.plan.parts_of(block))
        return list(note["digests"]) if note is not None and there else None

    def _finish(self, hops: int, links: dict[str, Any], directed: bool, normalise: Normalise) -> None:
        write_json(
            self.folder / MANIFEST,
            {
                "format": FORMAT,
                "identity": self.identity,
                "hops": hops,
                "plan": list(self.plan),
                "id_column": self.table.schema.id,
                "columns": self.table.columns.to_list(),
                "normalise": normalise,
                "directed": directed,
                "counts": {"nodes": self.plan.rows, **links["counts"], "links": links["links"]},
                "digests": self.digests,
            },
        )
        shutil.rmtree(self.work, ignore_errors=True)


@dataclass(frozen=True)
class _Product:
    """Computes a block of rows of a hop and notes it; everything that it needs lies in files."""

    links: Path
    senders: list[list[int]]
    source: HopParts
    target: HopParts
    normalise: Normalise
    notes: Notes
    hop: int

    def __call__(self, block: int) -> None:
        digests = multiply_block(self.links, self.senders[block], block, self.source, self.target, self.normalise)
        self.notes.write({"digests": digests}, "hop", self.hop, block)


def _engine(name: str) -> Any:
    if name not in ENGINES:
        raise ConfigError(f"engine: expected one of {', '.join(ENGINES)}, got {name!r}{nearest(name, list(ENGINES))}")
    module, _, kind = ENGINES[name].partition(":")
    return getattr(import_module(module), kind)


def _present(folder: Path, identity: dict[str, Any], plan: HopPlan) -> HopTable | None:
    """The hops of the same graph in a folder, if there are any and none of their files is missing.

    Raises:
        ConfigError: if it holds something else.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return None
    if (folder / MANIFEST).exists():
        with suppress(ArtefactError):
            table = HopTable.open(folder)
            if table.manifest["identity"] != identity:
                told = _differing(table.manifest["identity"], identity)
                raise ConfigError(
                    f"out: {folder} holds the hops of {told}; choose another --out, or remove that folder"
                )
            files = [table.parts(hop).path(part) for hop in range(table.hops + 1) for part in range(table.plan.parts)]
            return table if all(map(Path.exists, files)) else None
        raise ConfigError(f"out: {folder} holds something else than hop features; choose another folder")
    begun = all(path.name == _WORK for path in folder.iterdir())  # and ended before there was a plan
    if not begun and not (folder / _WORK / f"{_PLAN}.json").exists():
        raise ConfigError(f"out: {folder} holds something else than hop features; choose another folder")
    return None


def _differing(there: dict[str, Any], here: dict[str, Any]) -> str:
    told = {
        "nodes": "other nodes",
        "edges": "other edges",
        "directed": "edges of another direction",
        "normalise": "another normalisation",
        "code": "another release",
    }
    return next((what for name, what in told.items() if there.get(name) != here[name]), "other columns")
