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
import time
from functools import partial
from pathlib import Path

import machine
import numpy as np
import pyarrow as pa
import row_tables

FEATURES, LOGITS = 16, 8
ROWS = (1_000_000, 10_000_000, 30_000_000)
GROUP = 131_072


def write(folder: str, rows: int) -> machine.Record:
    """Both tables, a row group at a time."""
    features = partial(_features, random=np.random.default_rng(8))
    knowledge = partial(_knowledge, random=np.random.default_rng(9))
    return row_tables.write(Path(folder), rows, GROUP, features, knowledge)


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
    table, spent = row_tables.join(where, look)
    rows = table.manifest["counts"]["rows"]
    figures = {"cpu_s": time.process_time() - begun, "rows_per_s": rows / spent["seconds"]}
    return {"joined": rows, "work_gib": most / machine.GIB, "opened": opened, **figures, **spent}


def main() -> None:
    """Measure every size."""
    options = row_tables.options(__doc__, ROWS)
    for threads in options.threads:
        sizes = []
        for rows in options.rows:
            sizes.append(row_tables.measure(rows, threads, options.scratch, write, join))
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
