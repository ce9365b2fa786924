"""What scoring takes on Spark, beside the same scorer in one process: rows per second of a core.

    python benchmarks/production/spark.py --rows 1000000 --repeats 3 --out benchmarks/production/results/spark.json

The table and the student are those of `score.py`, here on ONNX Runtime. In turns: `local` is `score_table` in a process
of one thread; `files` is `score_files` (workers read Parquet themselves), `frame` is `score_dataframe` (Spark reads),
both to a folder of Parquet, on a cluster of two executors of one core each on this machine. CPU seconds are those of
all processes, driver, executors and Python workers alike, which other programs on the machine do not lengthen; a first
turn of each, in which Java compiles, does not count. `ratio` is the median over turns of CPU seconds over those of
`local`.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import psutil
import pyarrow as pa
import pyspark
import torch
from score import student, write_rows

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.core.spark import spark_session
from gnn2mlp.deploy import BatchScorer, OnnxPredictor, score_dataframe, score_files, score_table

CLUSTER = "local-cluster[2,1,1024]"
SETTINGS = {
    "spark.master": CLUSTER,
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "16384",
}


def cpu_seconds() -> float:
    """Of this process and all that it started."""
    me = psutil.Process()
    return sum(sum(each.cpu_times()[:2]) for each in (me, *me.children(recursive=True)))


def turn(call: Callable[[], Any], out: Path) -> dict[str, float]:
    """What a call takes that writes `out`."""
    shutil.rmtree(out, ignore_errors=True)
    out.unlink(missing_ok=True)
    cpu, wall = cpu_seconds(), time.perf_counter()
    call()
    return {"seconds": time.perf_counter() - wall, "cpu_seconds": cpu_seconds() - cpu}


def measured(folder: Path, rows: int, repeats: int) -> dict[str, Any]:
    """All in turns."""
    table, out = folder / "in" / "rows.parquet", folder / "out"
    table.parent.mkdir()
    write_rows(table, rows)
    scorer = BatchScorer(OnnxPredictor.load(student().to_onnx(folder / "model.onnx")), keep=["id"])
    session = spark_session(SETTINGS)
    session.sparkContext.setLogLevel("ERROR")
    frame = session.read.parquet(str(table))
    calls: dict[str, Callable[[], Any]] = {
        "local": lambda: score_table(scorer, table, out),
        "files": lambda: score_files(scorer, table, session).write.parquet(str(out)),
        "frame": lambda: score_dataframe(scorer, frame).write.parquet(str(out)),
    }
    found: dict[str, list[dict[str, float]]] = {kind: [] for kind in calls}
    for number in range(repeats + 1):
        for kind, call in calls.items():
            took = turn(call, out)
            print(number, kind, took, flush=True)
            found[kind] += [took] if number else []
    session.stop()
    local = [each["cpu_seconds"] for each in found["local"]]
    return {
        kind: {
            **{key: median(each[key] for each in turns) for key in turns[0]},
            "rows_per_core_second": rows / median(each["cpu_seconds"] for each in turns),
            "ratio": median(each["cpu_seconds"] / alone for each, alone in zip(turns, local, strict=True)),
            "turns": turns,
        }
        for kind, turns in found.items()
    }


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, help="JSON file to write")
    options = parser.parse_args()
    # One core is one core: neither torch nor Arrow takes more, here or in workers.
    torch.set_num_threads(1)
    pa.set_cpu_count(1)
    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    with tempfile.TemporaryDirectory() as folder:
        found = measured(Path(folder), options.rows, options.repeats)
    print(json.dumps({kind: {**one, "turns": len(one["turns"])} for kind, one in found.items()}, indent=2))
    if options.out:
        facts = {**environment(torch.device("cpu")), "pyspark": pyspark.__version__, "master": CLUSTER}
        write_json(options.out, {"environment": facts, "rows": options.rows, "kinds": found})
    return 0


if __name__ == "__main__":
    sys.exit(main())
