"""Where the time goes in the three main cases, by torch's profiler: own CPU time by operator.

    python benchmarks/speed/hot_spots.py --data-root DATA        # to `results/hot_spots.json`
    python benchmarks/speed/hot_spots.py --only teacher --scale 0.1

`small`: the GLNN student of cpf-cora. `teacher`: the GCN of `large_graph.py`. `student`: its student. Epochs after the
first are recorded, each with its validation pass. The profiler itself costs time, which is told as the factor by which
an epoch is slower under it, and meets operators that are many and small most.
"""

import os
from collections.abc import Callable

import machine
import torch
from large_graph import train, work
from torch.profiler import ProfilerActivity, profile
from whole_job import Job

from gnn2mlp.core.progress import Progress
from gnn2mlp.data import Views
from gnn2mlp.distill import Distiller
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.students import STUDENTS

DATASET = "cpf-cora"
# Epochs of each case, the first of which is not recorded.
EPOCHS = {"small": 51, "teacher": 4, "student": 4}
TOP = 12
Fit = Callable[[Progress, int], object]


def small(data_root: str | None, scale: float) -> Fit:
    """The student of cpf-cora, taught by logits drawn at random."""
    job = Job(DATASET, machine.folder(data_root))
    observed, config = Views.of(job.graph, job.split(0)).observed, job.config
    knowledge = TeacherKnowledge(
        observed.node_ids, {"logits": torch.randn(job.graph.num_nodes, job.graph.task.num_outputs)}
    )

    def fit(progress: Progress, epochs: int) -> object:
        distiller = Distiller(**{**config.distill, "epochs": epochs, "patience": epochs})
        objective = config.method.build(METHODS).build_objective()
        return distiller.fit(config.student.build(STUDENTS), objective, observed, knowledge, progress=progress)

    return fit


def teacher(data_root: str | None, scale: float) -> Fit:
    """The GCN on the large graph."""
    made = work(scale)
    return lambda progress, epochs: train(made, "ours", progress, epochs)


def student(data_root: str | None, scale: float) -> Fit:
    """The student on the large table."""
    made = work(scale)
    knowledge = made.knowledge()
    return lambda progress, epochs: made.distil(knowledge, epochs, progress)


CASES: dict[str, Callable[[str | None, float], Fit]] = {"small": small, "teacher": teacher, "student": student}


def spots(case: str, data_root: str | None, scale: float) -> machine.Record:
    """The operators that take most of an epoch: share of all own CPU time, milliseconds and calls an epoch."""
    fit, epochs = CASES[case](data_root, scale), EPOCHS[case]
    plain = machine.lap(lambda progress: fit(progress, epochs))
    recorder, laps = profile(activities=[ProfilerActivity.CPU]), machine.Laps()

    def progress(done: int, total: int, note: str = "") -> None:
        laps(done, total)
        if done == 1:
            recorder.start()
        elif done == total:
            recorder.stop()

    fit(progress, epochs)
    events = sorted(recorder.key_averages(), key=lambda event: -event.self_cpu_time_total)
    total, counted = sum(event.self_cpu_time_total for event in events), epochs - 1
    return {
        "operators": [
            {
                "name": event.key,
                "share": event.self_cpu_time_total / total,
                "ms": event.self_cpu_time_total / 1e3 / counted,
                "calls": event.count / counted,
            }
            for event in events[:TOP]
        ],
        "epoch_s": plain,
        "slowed": laps.epoch / plain,
    }


def main() -> None:
    """Profile the cases that are asked for; the others stay as they were."""
    parser = machine.parser(__doc__, threads=[1], rounds=None)
    parser.add_argument("--data-root", default=os.environ.get("GNN2MLP_DATA"), help="folder of raw data")
    parser.add_argument("--scale", type=float, default=1.0, help="of nodes and edges of the large graph")
    parser.add_argument("--only", nargs="+", choices=CASES, default=[*CASES], help="leave the others as they were")
    options = parser.parse_args()
    for threads in options.threads:
        for case in options.only:
            found = machine.fresh(spots, threads, case=case, data_root=options.data_root, scale=options.scale)
            for entry in found["operators"][:3]:
                print(f"{case}: {entry['name']} {entry['share']:.0%}", flush=True)
            stated = {"threads": threads, "scale": 1 if case == "small" else options.scale}
            machine.put(options.results / "hot_spots.json", f"{case}, {threads}", {**stated, **found})


if __name__ == "__main__":
    main()
