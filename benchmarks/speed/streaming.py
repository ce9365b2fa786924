"""Distilling tables of rows: seconds and peak memory as the number of rows grows.

    python benchmarks/speed/streaming.py                              # to `results/streaming.json`
    python benchmarks/speed/streaming.py --rows 50000 100000 --scratch /tmp/rows

A random linear teacher answers for random features: 100 numbers a row, 47 classes, every tenth row has a label. Both
tables are Parquet, in different orders. They are joined by id and distilled into the published student for
ogbn-products (three layers of 256, here without batch normalisation) by GLNN, in batches of 4,096 rows. Files are
written, joined and distilled each in a process of its own, whose peak of resident memory is told with what was resident
when it began: libraries. Seconds of an epoch are those after the first, validation included.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import machine
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gnn2mlp.distill import Distiller
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tables import RowTable, join_tables

FEATURES, CLASSES = 100, 47
ROWS = (500_000, 1_000_000, 2_000_000)
STUDENT = MLPStudent(hidden=256, layers=3, dropout=0.2)
EPOCHS, BATCH = 3, 4096
GROUP = 65_536
# Row i of the knowledge is about node STRIDE · i modulo the number of rows: a prime, so that each node comes once.
STRIDE = 1_000_003


def write(folder: str, rows: int) -> machine.Record:
    """Both tables, a row group at a time."""
    where = Path(folder)
    _, spent = machine.metered(lambda: (_write(where, rows, "features"), _write(where, rows, "knowledge")))
    return {"bytes": sum(path.stat().st_size for path in where.glob("*.parquet")), **spent}


def _write(where: Path, rows: int, name: str) -> None:
    writer = None
    for ids in _groups(rows):
        table = _features(ids) if name == "features" else _knowledge(ids * STRIDE % rows)
        writer = writer or pq.ParquetWriter(where / f"{name}.parquet", table.schema, write_page_checksum=True)
        writer.write_table(table)
    assert writer is not None, "at least one row"
    writer.close()


def _groups(rows: int) -> Iterator[np.ndarray]:
    for start in range(0, rows, GROUP):
        yield np.arange(start, min(rows, start + GROUP))


def _x(ids: np.ndarray) -> np.ndarray:
    """Features that follow from the id alone, so that either table can be written in any order."""
    with np.errstate(over="ignore"):
        bits = (
            ids[:, None].astype(np.uint64) * np.uint64(FEATURES) + np.arange(FEATURES, dtype=np.uint64)
        ) + np.uint64(1)
        bits *= np.uint64(0x9E3779B97F4A7C15)
        bits = (bits ^ (bits >> np.uint64(31))) * np.uint64(0xBF58476D1CE4E5B9)
    return ((bits >> np.uint64(40)).astype(np.float32) / 2**23 - 1).astype(np.float32)


def _logits(ids: np.ndarray) -> np.ndarray:
    weights = np.random.default_rng(0).normal(size=(FEATURES, CLASSES)).astype(np.float32)
    return _x(ids) @ weights


def _features(ids: np.ndarray) -> pa.Table:
    x, labels = _x(ids), _logits(ids).argmax(1)
    columns = {f"f{i}": x[:, i] for i in range(FEATURES)}
    return pa.table({"node_id": ids, **columns, "label": pa.array(labels, mask=ids % 10 != 0)})


def _knowledge(ids: np.ndarray) -> pa.Table:
    logits = pa.FixedSizeListArray.from_arrays(pa.array(_logits(ids).reshape(-1)), CLASSES)
    return pa.table({"node_id": ids, "logits": logits})


def join(folder: str) -> machine.Record:
    """The table of rows."""
    where = Path(folder)
    table, spent = machine.metered(
        lambda: join_tables(where / "knowledge.parquet", where / "features.parquet", where / "table")
    )
    return {"shards": sum(len(table.shards(role)) for role in ("train", "valid")), **spent}


def distil(folder: str) -> machine.Record:
    """A few epochs."""
    table, laps = RowTable.open(Path(folder) / "table"), machine.Laps()
    distiller = Distiller(epochs=EPOCHS, batch_size=BATCH)
    result, spent = machine.metered(
        lambda: distiller.fit(STUDENT, GLNN().build_objective(), table, device="cpu", progress=laps)
    )
    rows = table.count("train")
    return {"epoch_s": laps.epoch, "rows_per_s": rows / laps.epoch, "valid": result.history.valid[-1], **spent}


def main() -> None:
    """Measure every size."""
    parser = machine.parser(__doc__, rounds=None)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--scratch", type=Path, help="folder for the tables; default: a temporary one")
    options = parser.parse_args()
    for threads in options.threads:
        sizes = []
        for rows in options.rows:
            with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
                record = {"rows": rows}
                for stage in (write, join, distil):
                    arguments = {"folder": folder, **({"rows": rows} if stage is write else {})}
                    record[stage.__name__] = machine.fresh(stage, threads, **arguments)
                sizes.append(record)
            shown = record["distil"]
            print(
                f"{rows:,} rows: join {record['join']['seconds']:.1f} s, {record['join']['peak_gib']:.2f} GiB; "
                f"epoch {shown['epoch_s']:.1f} s, {shown['peak_gib']:.2f} GiB (before: {shown['before_gib']:.2f})",
                flush=True,
            )
        about = {"features": FEATURES, "classes": CLASSES, "student": STUDENT.spec().to_dict(), "batch_size": BATCH}
        record = {"threads": threads, **about, "epochs": EPOCHS, "sizes": sizes}
        machine.put(options.results / "streaming.json", str(threads), record)


if __name__ == "__main__":
    main()
