"""Two tables of rows on disk and their join, as `joins.py` and `streaming.py` measure them."""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import machine
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.tables import RowTable, join_tables

# Row i of the knowledge is about node STRIDE * i modulo the number of rows: a prime, so that each node comes once.
STRIDE = 1_000_003
# Makes the rows of the nodes with these numbers (nodes,).
Make = Callable[[np.ndarray], pa.Table]
# A function at the top of a script, for `machine.fresh`.
Stage = Callable[..., machine.Record]


def write(where: Path, rows: int, group: int, features: Make, knowledge: Make) -> machine.Record:
    """Write both tables in row groups of `group`, in different orders: their bytes, seconds and peak memory."""
    _, spent = machine.metered(
        lambda: (
            _write(where / "features.parquet", rows, group, features),
            _write(where / "knowledge.parquet", rows, group, lambda places: knowledge(places * STRIDE % rows)),
        )
    )
    return {"bytes": sum(path.stat().st_size for path in where.glob("*.parquet")), **spent}


def _write(path: Path, rows: int, group: int, make: Make) -> None:
    writer = None
    for start in range(0, rows, group):
        table = make(np.arange(start, min(rows, start + group)))
        writer = writer or pq.ParquetWriter(path, table.schema, write_page_checksum=True)
        writer.write_table(table)
    assert writer is not None, "at least one row"
    writer.close()


def join(where: Path, progress: Progress = silent) -> tuple[RowTable, machine.Record]:
    """The table of rows, the number of its shards that train or validate, and what joining took."""
    table, spent = machine.metered(
        lambda: join_tables(where / "knowledge.parquet", where / "features.parquet", where / "table", progress=progress)
    )
    return table, {"shards": sum(len(table.shards(role)) for role in ("train", "valid")), **spent}


def measure(rows: int, threads: int, scratch: Path | None, fill: Stage, *stages: Stage) -> machine.Record:
    """What `fill`, which writes the tables, and each stage after it tell, by name; the tables are gone afterwards."""
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        record = {"rows": rows, fill.__name__: machine.fresh(fill, threads, folder=folder, rows=rows)}
        return record | {stage.__name__: machine.fresh(stage, threads, folder=folder) for stage in stages}


def options(about: str | None, rows: tuple[int, ...]) -> argparse.Namespace:
    """The options of both scripts."""
    parser = machine.parser(about, rounds=None)
    parser.add_argument("--rows", type=int, nargs="+", default=rows)
    parser.add_argument("--scratch", type=Path, help="folder for the tables; default: a temporary one")
    return parser.parse_args()
