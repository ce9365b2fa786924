"""Distilling tables of rows: seconds and peak memory as the number of rows grows.

    python benchmarks/speed/streaming.py                              # to `results/streaming.json`
    python benchmarks/speed/streaming.py --rows 50000 100000 --scratch /tmp/rows

A random linear teacher answers for random features: 100 numbers a row, 47 classes, every tenth row has a label. Both
tables are Parquet, in different orders. They are joined by id and distilled into the published student for
ogbn-products (three layers of 256, here without batch normalisation) by GLNN, in batches of 4,096 rows. Files are
written, joined and distilled each in a process of its own, whose peak of resident memory is told with what was resident
when it began: libraries. Seconds of an epoch are those after the first, validation included.
"""

from pathlib import Path

import machine
import numpy as np
import pyarrow as pa
import row_tables

from gnn2mlp.distill import Distiller
from gnn2mlp.methods.glnn import GLNN
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tables import RowTable

FEATURES, CLASSES = 100, 47
ROWS = (500_000, 1_000_000, 2_000_000)
STUDENT = MLPStudent(hidden=256, layers=3, dropout=0.2)
EPOCHS, BATCH = 3, 4096
GROUP = 65_536


def write(folder: str, rows: int) -> machine.Record:
    """Both tables, a row group at a time."""
    return row_tables.write(Path(folder), rows, GROUP, _features, _knowledge)


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
    return row_tables.join(Path(folder))[1]


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
    options = row_tables.options(__doc__, ROWS)
    for threads in options.threads:
        sizes = []
        for rows in options.rows:
            record = row_tables.measure(rows, threads, options.scratch, write, join, distil)
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
