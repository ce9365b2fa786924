"""Joining two tables by id: seconds, peak memory and disk as the number of rows grows.

    python benchmarks/speed/joins.py                              # to `results/joins.json`
    python benchmarks/speed/joins.py --rows 100000 --scratch /tmp/rows

16 features and a label in one Parquet table, 8 logits in another, in different orders, with 64-bit ids far apart (k
times 2^32 + 7). Files are written and joined each in a process of its own, whose peak of resident memory is told with
what was resident when it began: libraries. `cpu_s` are seconds of all its threads, which others on the machine change
least. `work_gib` is the most that lay beside the inputs on disk, looked at after every bucket; `opened` counts the
files that Python opened meanwhile, a few for each shard.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import machine
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gnn2mlp.tables import join_tables

FEATURES, LOGITS = 16, 8
ROWS = (1_000_000, 10_000_000, 30_000_000)
GROUP = 131_072
# Row i of the knowledge is about node STRIDE * i modulo the number of rows: a prime, so that each node comes once.
STRIDE = 1_000_003


def write(folder: str, rows: int) -> machine.Record:
    """Both tables, a row group at a time."""
    where = Path(folder)
    _, spent = machine.metered(lambda: (_write(where, rows, "features"), _write(where, rows, "knowledge")))
    return {"bytes": sum(path.stat().st_size for path in where.glob("*.parquet")), **spent}


def _write(where: Path, rows: int, name: str) -> None:
    random = np.random.default_rng(len(name))
    writer = None
    for places in _groups(rows):
        table = _features(places, random) if name == "features" else _knowledge(places * STRIDE % rows, random)
        writer = writer or pq.ParquetWriter(where / f"{name}.parquet", table.schema, write_page_checksum=True)
        writer.write_table(table)
    assert writer is not None, "at least one row"
    writer.close()


def _groups(rows: int) -> Iterator[np.ndarray]:
    for start in range(0, rows, GROUP):
        yield np.arange(start, min(rows, start + GROUP))


def _ids(places: np.ndarray) -> np.ndarray:
    return places * 2**32 + 7


def _features(places: np.ndarray, random: np.random.Generator) -> pa.Table:
    x = random.random((FEATURES, len(places)), dtype=np.float32)
    columns = {f"f{i}": column for i, column in enumerate(x)}
    return pa.table({"node_id": _ids(places), **columns, "label": pa.array(places % LOGITS, mask=places % 10 != 0)})


def _knowledge(places: np.ndarray, random: np.random.Generator) -> pa.Table:
    values = random.random((len(places), LOGITS), dtype=np.float32)
    logits = pa.FixedSizeListArray.from_arrays(pa.array(values.reshape(-1)), LOGITS)
    return pa.table({"node_id": _ids(places), "logits": logits})


def join(folder: str) -> machine.Record:
    """The table of rows."""
    where, opened, most = Path(folder), 0, 0

    def count(event: str, _: object) -> None:
        nonlocal opened
        opened += event == "open"

    def look(done: int, total: int, note: str = "") -> None:
        nonlocal most
        most = max(most, sum(path.stat().st_size for path in where.rglob("*") if path.suffix != ".parquet"))

    sys.addaudithook(count)
    begun = time.process_time()
    table, spent = machine.metered(
        lambda: join_tables(where / "knowledge.parquet", where / "features.parquet", where / "table", progress=look)
    )
    rows = table.manifest["counts"]["rows"]
    shards = sum(len(table.shards(role)) for role in ("train", "valid"))
    figures = {"cpu_s": time.process_time() - begun, "rows_per_s": rows / spent["seconds"]}
    figures |= {"work_gib": most / machine.GIB, "opened": opened}
    return {"joined": rows, "shards": shards, **figures, **spent}


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
                record = {"rows": rows, "write": machine.fresh(write, threads, folder=folder, rows=rows)}
                sizes.append({**record, "join": machine.fresh(join, threads, folder=folder)})
            found = sizes[-1]["join"]
            print(
                f"{rows:,} rows: {found['seconds']:.1f} s, {found['rows_per_s']:,.0f} rows/s, "
                f"{found['peak_gib']:.2f} GiB (before: {found['before_gib']:.2f}), {found['opened']:,} files opened",
                flush=True,
            )
            about = {"threads": threads, "features": FEATURES, "logits": LOGITS}
            machine.put(options.results / "joins.json", str(threads), {**about, "sizes": sizes})


if __name__ == "__main__":
    main()
