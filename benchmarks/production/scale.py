"""Tables of millions of rows, and what `gnn2mlp fit` takes on them: time and memory of each stage. Linux.

    python benchmarks/production/scale.py --nodes 1000000 2000000 4000000 --edges-per-node 5 --out scale.json
    python benchmarks/production/scale.py --nodes 20000 --tables kept/ --set teacher=gcn 'distill={"epochs": 5}'

Nodes have ids of text, six numbers (one with long tails, all with gaps), two columns of categories, a truth value, a
date and, with `--text`, a text of eight words. Edges are ids of text, most within a class, some of them dangling,
doubled or from a node to itself; with `--weighted` they have weights. All of it is drawn, so that scores mean nothing.
Tables are written as Parquet, some rows at a time, and `fit` runs in a process of its own, with the memory settings of
the command line. A stage begins with the first news of it and ends with those of the next; its `cpu_seconds` are those
of all threads, which other programs on the machine do not lengthen, its `peak_gib` is of all resident memory, libraries
included, and `grown_gib` what the process held more at its end than at its beginning.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.core.memory import keep_memory

CLASSES = ("bank", "cafe", "farm", "hotel", "press", "school")
# Rows and edges that are drawn and written at a time.
CHUNK = 500_000
LABELLED, WITHIN, DANGLING, GAPS = 0.25, 0.6, 0.02, 0.05
WORDS, TODAY = 2000, np.datetime64("2024-01-01")
GIB = 2**30


def write_nodes(path: Path, nodes: int, text: bool, seed: int = 0) -> None:
    """A Parquet file of `nodes` rows: `page_id`, the columns, and `kind`, which is known of a quarter."""
    writer = None
    for first in range(0, nodes, CHUNK):
        rows = np.arange(first, min(first + CHUNK, nodes))
        table = pa.table(_columns(rows, np.random.default_rng([seed, first]), text))
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _columns(rows: np.ndarray, random: np.random.Generator, text: bool) -> dict[str, Any]:
    kind = classes_of(rows)
    columns: dict[str, Any] = {"page_id": ids_of(rows)}
    for number in range(6):
        values = random.normal(kind == number, 1.0).astype(np.float32)
        values = np.exp(2 * values) if number == 5 else values
        columns[f"number_{number}"] = pa.array(values, mask=random.random(rows.size) < GAPS)
    region = np.where(random.random(rows.size) < 0.3, kind, random.integers(0, 12, rows.size))
    columns["region"] = pa.array([f"region {code}" for code in range(12)]).take(pa.array(region))
    columns["plan"] = pa.array(["free", "pro", None]).take(pa.array(random.integers(0, 3, rows.size)))
    columns["verified"] = pa.array(random.random(rows.size) < 0.2 + 0.1 * kind)
    columns["since"] = pa.array(TODAY - (random.random(rows.size) * 3000).astype("timedelta64[D]"))
    if text:
        words = np.where(
            random.random((rows.size, 8)) < 0.3,
            kind[:, None] * 50 + random.integers(0, 50, (rows.size, 8)),
            random.integers(0, WORDS, (rows.size, 8)),
        )
        columns["about"] = pa.array([" ".join(f"word{code}" for code in row) for row in words.tolist()])
    columns["kind"] = pa.array(CLASSES).take(pa.array(kind, mask=random.random(rows.size) >= LABELLED))
    return columns


def write_edges(path: Path, nodes: int, edges: int, weighted: bool, seed: int = 0) -> None:
    """A Parquet file of `edges` rows, `source`, `target` and perhaps `weight`; ends have degrees with a long tail."""
    writer = None
    for first in range(0, edges, CHUNK):
        random = np.random.default_rng([seed, 1, first])
        count = min(CHUNK, edges - first)
        source = _drawn(random, count, nodes)
        # The next node of that class is `len(CLASSES)` further on.
        near = _drawn(random, count, nodes // len(CLASSES)) * len(CLASSES) + source % len(CLASSES)
        target = np.where(random.random(count) < WITHIN, near, _drawn(random, count, nodes))
        target = np.where(random.random(count) < DANGLING, nodes + target, target)
        columns: dict[str, Any] = {"source": ids_of(source), "target": ids_of(target)}
        if weighted:
            columns["weight"] = random.lognormal(0, 1, count).astype(np.float32)
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _drawn(random: np.random.Generator, count: int, below: int) -> np.ndarray:
    """Node i has about 1 / sqrt(i) of the draws: degrees follow a power law with the exponent 3."""
    return np.minimum((random.random(count) ** 2 * below).astype(np.int64), below - 1)


def classes_of(rows: np.ndarray) -> np.ndarray:
    """The position of each row's class."""
    return rows % len(CLASSES)


def ids_of(rows: np.ndarray) -> pa.Array:
    """Ids of text, in no order of the rows."""
    mixed = (rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)).astype(np.uint64)
    return pa.array([f"page-{number:016x}" for number in mixed.tolist()])


class Stages:
    """What is told of stages, with the time and memory of each.

    Example:
        >>> stages = Stages()
        >>> stages.listen("teacher")(1, 20)
        >>> stages.close()
        >>> [found["stage"] for found in stages.found]
        ['start', 'teacher']
    """

    def __init__(self) -> None:
        self.found: list[dict[str, Any]] = []
        self._begin("start")

    def _begin(self, name: str) -> None:
        self._name, self._start, self._before = name, time.perf_counter(), _resident("VmRSS")
        self._computed = time.process_time()
        Path("/proc/self/clear_refs").write_text("5")  # the peak starts again from what is resident now

    def close(self) -> None:
        """End the present stage."""
        self.found.append(
            {
                "stage": self._name,
                "seconds": round(time.perf_counter() - self._start, 2),
                "cpu_seconds": round(time.process_time() - self._computed, 2),
                "peak_gib": round(_resident("VmHWM"), 3),
                "grown_gib": round(_resident("VmRSS") - self._before, 3),
            }
        )

    def listen(self, stage: str) -> Any:
        """A listener of one stage, as `fit` asks for them; its first news begin the stage."""

        def update(done: int, total: int, note: str = "") -> None:
            if stage != self._name:
                self.close()
                self._begin(stage)

        return update


def _resident(field: str) -> float:
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) * 1024 / GIB


def inside(folder: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Fit on the tables in `folder`, in this process: stages, scores and the size of the tables."""
    keep_memory()  # as the command line does
    from gnn2mlp.pipeline.fit import fit
    from gnn2mlp.pipeline.fitting.config import FitConfig

    stages = Stages()
    started = time.perf_counter()
    result = fit(FitConfig(**settings), stages.listen)
    stages.close()
    return {
        "seconds": round(time.perf_counter() - started, 1),
        "cpu_seconds": round(time.process_time(), 1),
        "peak_gib": max(found["peak_gib"] for found in stages.found),
        "stages": stages.found,
        "verdict": result.verdict,
        "config": {
            name: Path(value).name if isinstance(value, str) and value.startswith(str(folder)) else value
            for name, value in result.results["config"].items()
        },
        "bytes": {path.name: path.stat().st_size for path in sorted(folder.glob("*.parquet"))},
    }


def measured(folder: Path, nodes: int, options: argparse.Namespace) -> dict[str, Any]:
    """Write tables of so many nodes and fit on them in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    edges = nodes * options.edges_per_node
    start = time.perf_counter()
    write_nodes(folder / "nodes.parquet", nodes, options.text)
    write_edges(folder / "edges.parquet", nodes, edges, options.weighted)
    wrote = round(time.perf_counter() - start, 1)
    settings = {
        "nodes": str(folder / "nodes.parquet"),
        "edges": str(folder / "edges.parquet"),
        "out": str(folder / "model"),
        "id": "page_id",
        "label": "kind",
        **dict(_setting(given) for given in options.set),
    }
    command = [sys.executable, __file__, "--inside", str(folder), json.dumps(settings)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, timeout=options.timeout, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return {
        "nodes": nodes,
        "edges": edges,
        "text": options.text,
        "weighted": options.weighted,
        "writing": wrote,
        **found,
    }


def _setting(given: str) -> tuple[str, Any]:
    """`teacher=gcn`, or `distill={"epochs": 5}` with JSON behind the sign."""
    name, _, value = given.partition("=")
    try:
        return name, json.loads(value)
    except json.JSONDecodeError:
        return name, value


def main() -> None:
    """Measure each size and write what was found after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nodes", type=int, nargs="+", default=[1_000_000, 2_000_000, 4_000_000])
    parser.add_argument("--edges-per-node", type=int, default=5)
    parser.add_argument("--text", action="store_true", help="with a column of texts")
    parser.add_argument("--weighted", action="store_true", help="with weights of edges")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=JSON", help="settings of `fit`")
    parser.add_argument("--tables", type=Path, help="keep tables and models here; default: they are thrown away")
    parser.add_argument("--timeout", type=float, default=6 * 3600, help="seconds for each size")
    parser.add_argument("--out", type=Path, default=Path("scale.json"))
    options = parser.parse_args()
    found = []
    for nodes in options.nodes:
        with tempfile.TemporaryDirectory() as thrown_away:
            folder = Path(thrown_away) if options.tables is None else options.tables / str(nodes)
            found.append(measured(folder, nodes, options))
        print(f"{nodes:,} nodes: {found[-1]['seconds']:,} s, {found[-1]['peak_gib']:.2f} GiB", flush=True)
        write_json(options.out, {"environment": environment(torch.device("cpu")), "sizes": found})


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        print(json.dumps(inside(Path(sys.argv[2]), json.loads(sys.argv[3]))))
    else:
        main()
