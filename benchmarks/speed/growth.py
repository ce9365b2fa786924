"""How cost grows: time and memory of every stage on graphs of 1, 2, 4 and 8 times as many nodes and edges.

    python benchmarks/speed/growth.py                  # 40,000 to 320,000 nodes, to `results/growth.json` and `plots/`
    python benchmarks/speed/growth.py --nodes 5000 10000

Graphs have the degree, features and classes of ogbn-arxiv; the stages are those of `journey.py`, once with a GCN that
is trained on the whole graph, once with SAGE on sampled neighbourhoods, both with the published sizes. Each size has a
process of its own. With SAGE it keeps freed memory, as the command line does; with the GCN not, since of its arrays
those of the largest graph alone would be too large to be kept, and what that costs would look like growth. A stage's
cost is taken to grow as nodes^e, and e is fitted to the logarithms: 1 is linear. A batch of SAGE reaches most of a
graph that is smaller than the product of its fan-outs, and so costs more on a larger one, up to that product: its
epochs are also set against the edges that they sample. Memory is what a stage has at its peak beyond the libraries
alone; memory that is freed may stay with the process, so that its e says less than that of time.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression

import machine
import matplotlib.pyplot as plt
import torch
from journey import STAGES, journey
from large_graph import TEACHER
from workloads import Work, full_size

from gnn2mlp.core.files import atomic
from gnn2mlp.core.seeds import generator
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.sampling import NeighbourSampler

NAME = "synthetic-arxiv"
NODES = (40_000, 80_000, 160_000, 320_000)
TEACHERS = {"gcn": Spec("gcn", **TEACHER), "sage": Spec("sage")}
KEEPING = {"gcn": False, "sage": True}
EPOCHS = 3
REPEATS, BUDGET = 20, 30.0
# No exponent above it counts as linear: what a fit to four noisy points cannot tell from 1.
LINEAR = 1.15
PLOTS = machine.HERE / "plots"


LABELS = {
    **STAGES,
    "graph": "draw the graph",
    "teacher": "teacher, an epoch",
    "student": "student, an epoch",
    "requests": "teacher, a request",
}


def stages(nodes: int, teacher: str) -> machine.Record:
    """The journey at one size; run it in a process of its own."""
    work = Work(NAME, nodes / full_size(NAME).nodes, TEACHERS[teacher])
    found = journey(work, EPOCHS, EPOCHS, REPEATS, BUDGET)
    if work.config.teacher.options["fanouts"]:
        found["stages"]["teacher"]["edges"] = sampled_edges(work)
    return found


def sampled_edges(work: Work) -> int:
    """Edges of all layers that an epoch of the teacher samples."""
    options, observed, random = work.config.teacher.options, work.observed, generator(0, "edges of an epoch")
    nodes = observed.train[torch.randperm(len(observed.train), generator=random)]
    sampler = NeighbourSampler(observed.graph.adjacency)
    batches = (sampler.sample_blocks(batch, options["fanouts"], random) for batch in nodes.split(options["batch_size"]))
    return sum(block.pattern.nnz for blocks in batches for block in blocks)


def summarise(sizes: Sequence[machine.Record]) -> dict[str, machine.Record]:
    """Of each stage: `seconds` and `gib` by size, and the exponents `time` and `memory` of their growth.

    Seconds are those of an epoch where a stage has epochs, and of a request of the teacher. Where edges are sampled,
    `edges` are those of an epoch, and `time_by_edges` is the exponent of time when these are the size.
    """
    nodes = [size["graph"]["nodes"] for size in sizes]
    found = {}
    for stage in sizes[0]["stages"]:
        seconds = [_seconds(size, stage) for size in sizes]
        gib = [size["stages"][stage]["peak_gib"] - size["stages"]["graph"]["before_gib"] for size in sizes]
        found[stage] = {
            "seconds": seconds,
            "gib": gib,
            "time": exponent(nodes, seconds),
            "memory": exponent(nodes, gib),
        }
        if "edges" in sizes[0]["stages"][stage]:
            edges = [size["stages"][stage]["edges"] for size in sizes]
            found[stage] |= {"edges": edges, "time_by_edges": exponent(edges, seconds)}
    return found


def _seconds(size: machine.Record, stage: str) -> float:
    if stage == "requests":
        return float(size["requests"]["teacher"]["median_ms"] / 1e3)
    entry = size["stages"][stage]
    return float(entry.get("epoch_s", entry["seconds"]))


def exponent(sizes: Sequence[float], costs: Sequence[float]) -> float:
    """The e of cost = c · size^e, by least squares on logarithms."""
    return linear_regression([math.log(size) for size in sizes], [math.log(cost) for cost in costs]).slope


def plot(entry: machine.Record, path: Path, title: str) -> None:
    """Time and memory of each stage against nodes, on logarithmic axes, with a line of slope 1."""
    figure, axes = plt.subplots(1, 2, figsize=(13, 4.2), layout="constrained")
    nodes = entry["nodes"]
    for axis, what, growth in ((axes[0], "seconds", "time"), (axes[1], "gib", "memory")):
        for stage, found in entry["stages"].items():
            axis.plot(nodes, found[what], "o-", label=f"{LABELS[stage]}: {found[growth]:.2f}")
        lowest = min(found[what][0] for found in entry["stages"].values())
        axis.plot(nodes, [lowest * n / nodes[0] / 2 for n in nodes], "k:", label="linear: 1")
        axis.set(xscale="log", yscale="log", xlabel="nodes", ylabel={"seconds": "seconds", "gib": "GiB"}[what])
        axis.set_xticks(nodes, [f"{n:,}" for n in nodes])
        axis.minorticks_off()
        axis.grid(alpha=0.3)
        axis.legend(title="stage: exponent", fontsize="small", loc="center left", bbox_to_anchor=(1, 0.5))
    figure.suptitle(title)
    atomic(path, lambda file: figure.savefig(file, format="svg", metadata={"Date": None}))
    plt.close(figure)


def main() -> None:
    """Measure, fit and draw."""
    parser = machine.parser(__doc__, threads=[1], rounds=None)
    parser.add_argument("--nodes", type=int, nargs="+", default=NODES, help="sizes, at least two")
    parser.add_argument("--plots", type=Path, default=PLOTS, help="folder of the pictures")
    parser.add_argument("--only", nargs="+", choices=TEACHERS, default=[*TEACHERS], help="leave the other as it was")
    options = parser.parse_args()
    for threads in options.threads:
        for teacher in options.only:
            sizes = []
            for nodes in options.nodes:
                sizes.append(machine.fresh(stages, threads, KEEPING[teacher], nodes=nodes, teacher=teacher))
                print(f"{teacher}, {nodes:,} nodes", flush=True)
            found = {
                "threads": threads,
                "keeping": KEEPING[teacher],
                "nodes": [*options.nodes],
                "stages": summarise(sizes),
                "sizes": sizes,
            }
            for stage, entry in found["stages"].items():
                print(f"{stage}: time {entry['time']:.2f}, memory {entry['memory']:.2f}", flush=True)
            name = f"{teacher}, {threads}"
            machine.put(options.results / "growth.json", name, found)
            plot(
                found,
                options.plots / f"growth-{teacher}-{threads}.svg",
                f"{teacher.upper()} and its student, threads: {threads}",
            )


if __name__ == "__main__":
    main()
