"""What `score_table` takes on tables of millions of rows, beside reading them and the student's matrix products alone.

    python benchmarks/production/score.py --rows 1000000 10000000 --repeats 3 --out score.json

A table has an id and rows of 128 random features, float32, in lists of a fixed size, in row groups of 250,000. The
student is an MLP of 256 hidden units and 40 classes, of random weights, as time does not depend on them. What it is
compared with reads the same columns in the same batches and multiplies them with its two matrices: no check, no
probability, nothing written. Each is a process of its own of one thread, in turns; `cpu_seconds` are those of all its
threads after its libraries were loaded, which other programs on the machine do not lengthen, and `peak_gib` is of all
resident memory. Linux.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.core.parquet import open_table
from gnn2mlp.deploy import BatchScorer, Predictor, score_table
from gnn2mlp.deploy.table_scoring import BATCH_ROWS
from gnn2mlp.students.mlp import MLPStudent

FEATURES, HIDDEN, CLASSES = 128, 256, 40
# Rows that are drawn and written at a time.
CHUNK = 250_000
KINDS = ("ours", "floor")


def write_rows(path: Path, rows: int) -> None:
    """A Parquet file of `id` and `features`."""
    schema = pa.schema([("id", pa.int64()), ("features", pa.list_(pa.float32(), FEATURES))])
    with pq.ParquetWriter(path, schema, compression="lz4", use_dictionary=False) as writer:
        for first in range(0, rows, CHUNK):
            ids = np.arange(first, min(first + CHUNK, rows))
            x = np.random.default_rng(first).standard_normal((ids.size, FEATURES), dtype=np.float32)
            lists = pa.FixedSizeListArray.from_arrays(pa.array(x.ravel()), FEATURES)
            writer.write_table(pa.table([pa.array(ids), lists], schema=schema))


def student() -> Predictor:
    """The student, whose weights are random."""
    recipe = MLPStudent(hidden=HIDDEN)
    torch.manual_seed(0)
    return Predictor(recipe, recipe.build(FEATURES, CLASSES), FEATURES, [f"class {c}" for c in range(CLASSES)])


def ours(table: Path, out: Path) -> int:
    """Score the table."""
    return score_table(BatchScorer(student(), keep=["id"]), table, out).rows


def floor(table: Path, out: Path) -> int:
    """Read the table, and multiply; `out` is not written."""
    first, second, rows = torch.randn(FEATURES, HIDDEN), torch.randn(HIDDEN, CLASSES), 0
    for batch in open_table(table).iter_batches(BATCH_ROWS, columns=["id", "features"]):
        values = batch.column(1).flatten().to_numpy().reshape(-1, FEATURES)
        rows += len((torch.from_numpy(values) @ first).relu_() @ second)
    return rows


def inside(kind: str, table: Path, out: Path) -> dict[str, float]:
    """Do it in this process, and say what it took."""
    import warnings

    warnings.simplefilter("ignore")  # arrays of Arrow cannot be written to, and nobody does
    torch.set_num_threads(1)
    cpu, wall = time.process_time(), time.perf_counter()
    rows = {"ours": ours, "floor": floor}[kind](table, out)
    used = {"seconds": time.perf_counter() - wall, "cpu_seconds": time.process_time() - cpu}
    return {"rows": rows, **used, "peak_gib": peak()}


def peak() -> float:
    """The most resident memory of this process so far, GiB; `getrusage` would count that of whoever started it."""
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 2**20  # type: ignore[index]


def measured(folder: Path, rows: int, repeats: int) -> dict[str, Any]:
    """Both in turns on a table of so many rows."""
    table, out = folder / f"{rows}.parquet", folder / "out.parquet"
    write_rows(table, rows)
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    for _ in range(repeats):
        for kind, turns in found.items():
            out.unlink(missing_ok=True)
            command = [sys.executable, __file__, "--inside", kind, str(table), str(out)]
            said = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
            turns.append(json.loads(said.splitlines()[-1]))
    size = table.stat().st_size
    table.unlink()
    medians = {kind: {key: median(turn[key] for turn in turns) for key in turns[0]} for kind, turns in found.items()}
    pairs = zip(found["floor"], found["ours"], strict=True)
    share = median(alone["cpu_seconds"] / whole["cpu_seconds"] for alone, whole in pairs)
    return {"rows": rows, "bytes": size, "repeats": repeats, **medians, "share_of_floor": share}


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, help="JSON file to write")
    parser.add_argument("--inside", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        kind, table, out = options.inside
        print(json.dumps(inside(kind, Path(table), Path(out))))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = [measured(Path(folder), rows, options.repeats) for rows in options.rows]
    print(json.dumps(found, indent=2))
    if options.out:
        write_json(options.out, {"environment": environment(torch.device("cpu")), "sizes": found})
    return 0


if __name__ == "__main__":
    sys.exit(main())
