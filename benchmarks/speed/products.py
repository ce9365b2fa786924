"""A graph of the size of ogbn-products on this machine: every stage, its time and its memory; then requests.

    python benchmarks/speed/products.py --scratch FOLDER         # to `results/products.json`; needs some 16 GiB
    python benchmarks/speed/products.py --scale 0.05             # 122,000 nodes and 3 million edges

The graph is drawn (or read from `--scratch`, where it is kept), a SAGE teacher with the published settings (three
layers of 256, 5, 10 and 15 sampled neighbours) is trained for a few epochs, its logits are exported layer by layer over
all nodes, and the published student is distilled from them for a few epochs. Each stage runs in one process after the
other; memory is the peak of resident memory meanwhile, libraries included. Freed memory is kept, as the command line
keeps it.

A request names 10 random nodes: the teacher fetches their neighbourhoods of three layers in full, which at this size is
a large part of the graph, and answers with class probabilities, as does the student from the nodes' own features. Both
are timed after a warm-up, the teacher with all threads, the student with one: ten rows are too few to share.
"""

import machine
from journey import journey, kept
from workloads import Work

from gnn2mlp.core.spec import Spec

NAME = "synthetic-products"
REPEATS = 100
# Seconds after which a side is asked no more, if it has answered ten requests.
BUDGET = 120.0
TARGETS = {"gib": 16.0, "ratio": 1000.0}


def everything(scale: float, scratch: str | None, teacher_epochs: int, student_epochs: int) -> machine.Record:
    """All stages; run it in a process of its own."""
    work = Work(NAME, scale, Spec("sage"), make=kept(machine.folder(scratch)))
    found = journey(work, teacher_epochs, student_epochs, REPEATS, BUDGET)
    peak = max(stage["peak_gib"] for stage in found["stages"].values())
    return {**found, "peak_gib": peak, "config": work.config.identity()}


def main() -> None:
    """Measure and write."""
    parser = machine.parser(__doc__, threads=[2], rounds=None)
    parser.add_argument("--scale", type=float, default=1.0, help="of nodes and edges")
    parser.add_argument("--scratch", help="folder in which the graph is kept; default: it is drawn anew")
    parser.add_argument("--teacher-epochs", type=int, default=2, help="at least 2")
    parser.add_argument("--student-epochs", type=int, default=3, help="at least 2")
    options = parser.parse_args()
    for threads in options.threads:
        found = machine.fresh(
            everything,
            threads,
            keeping=True,
            scale=options.scale,
            scratch=options.scratch,
            teacher_epochs=options.teacher_epochs,
            student_epochs=options.student_epochs,
        )
        for name, stage in found["stages"].items():
            print(f"{name}: {stage['seconds']:.1f} s, {stage['peak_gib']:.2f} GiB", flush=True)
        print(f"teacher / student, {found['requests']['ratio']:.0f} x", flush=True)
        stated = {"threads": threads, "keeping": True, "scale": options.scale}
        machine.put(options.results / "products.json", str(threads), {**stated, **found})


if __name__ == "__main__":
    main()
