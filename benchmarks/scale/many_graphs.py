"""Many molecules, from tables to a student: time and memory of each step. Linux.

    python benchmarks/scale/many_graphs.py --data-root DATA --scratch FOLDER [--graphs 25000 50000 100000]

The molecules are those of NCI1, again and again, written as Parquet tables into the scratch folder; eight in ten train.
Each size runs in a process of its own. `cpu_seconds` are those of all its threads; before each step the system's record
of the peak is cleared, so that `peak_gib` is the highest resident memory of that step, libraries included. Results:
`results/many_graphs.json`, which GRAPHS.md shows (`python benchmarks/graphs.py --table`).
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.graphs import GraphViews, load_graph_set, split_graphs, write_graph_tables
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.methods import METHODS
from gnn2mlp.students.set_mlp import SetMLP
from gnn2mlp.teachers import TEACHERS

RESULTS = Path(__file__).resolve().parent / "results" / "many_graphs.json"
GRAPHS = (25_000, 50_000, 100_000)
# Molecules are sorted by class: steps that go through all of them in a mixed order.
STRIDE = 977
SPLIT = Spec("fraction", train=0.8, valid=0.1)
GIB = 2**20  # of the kilobytes that the system tells
T = TypeVar("T")


def peak_gib() -> float:
    """The highest resident memory since it was last cleared."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / GIB


def step(found: dict[str, Any], name: str, call: Callable[[], T]) -> T:
    """What `call` gives; its time and memory are put under `name`."""
    Path("/proc/self/clear_refs").write_text("5")
    begun = time.process_time()
    made = call()
    found[name] = {"cpu_seconds": time.process_time() - begun, "peak_gib": peak_gib()}
    return made


def measured(folder: Path, teacher: str) -> dict[str, Any]:
    """The steps of one size."""
    torch.set_num_threads(1)
    found: dict[str, Any] = {}
    graphs = step(found, "read", lambda: load_graph_set(str(folder)))
    observed = step(found, "split", lambda: GraphViews.of(graphs, split_graphs(graphs, SPLIT, 0)).observed)
    made = TEACHERS.get(teacher)(layers=2, epochs=1, batch_size=256)
    step(found, "teacher", lambda: made.fit(observed))
    knowledge = step(found, "knowledge", lambda: made.export(observed))
    learner = Learner(Distiller(epochs=1), SetMLP(), observed, knowledge)
    step(found, "student", lambda: METHODS.get("glnn")().learn(learner))
    return {"graphs": graphs.num_graphs, "nodes": graphs.num_nodes, "steps": found}


def run(options: argparse.Namespace) -> None:
    """Every size in a process of its own, and the file of results."""
    molecules, sizes = load_graph_set("nci1", options.data_root), []
    for count in options.graphs:
        folder = options.scratch / f"molecules-{count}"
        write_graph_tables(folder, molecules.take(torch.arange(count) * STRIDE % molecules.num_graphs))
        command = [sys.executable, __file__, "--inside", str(folder), "--teacher", options.teacher]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        sizes.append(json.loads(told.splitlines()[-1]))
        print(sizes[-1], flush=True)
        for table in folder.glob("*.parquet"):
            table.unlink()
    facts = {"teacher": options.teacher, "environment": environment(torch.device("cpu"))}
    write_json(RESULTS, {"sizes": sizes, **facts})


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA")
    parser.add_argument("--scratch", type=Path, default=Path("runs/scale"), help="folder of the tables")
    parser.add_argument("--graphs", type=int, nargs="+", default=GRAPHS, help="sizes")
    parser.add_argument("--teacher", default="graph_gin", help="which teacher")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.inside:
        print(json.dumps(measured(options.inside, options.teacher)))
    else:
        run(options)


if __name__ == "__main__":
    main()
