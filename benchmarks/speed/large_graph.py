"""A graph of the size of ogbn-arxiv: epochs of a GCN teacher and of a wide student, ours against plain PyG.

    python benchmarks/speed/large_graph.py                                 # to `results/large_graph.json`
    python benchmarks/speed/large_graph.py --only student --scale 0.1

The teacher has three layers of 256, batch normalisation and dropout 0.5, and is trained on the whole graph. *step* is
the optimiser step alone, *epoch* has the validation pass with it, as training does. PyG's GCNConv reads `edge_index`,
with and without remembering the normalised adjacency, or that adjacency as a sparse matrix, which is beyond what most
users write. Peak memory is that of a process in which one side alone trains, libraries and graph included. Each figure
is of epochs after the first, which also prepares; what that costs is told as `start`. Everything is measured as a
process comes, and once more with freed memory kept on both sides, as the command line has it.

The student has the published settings: three layers of 256, batch normalisation, dropout 0.2, batches of 4,096 rows.
Its arithmetic is counted as 2 operations a multiply-add, forward M multiply-adds a row, backward twice as many less
those for the gradient of the input, and forward once more for each validation row; Adam, normalisation, dropout and
loss are counted as nothing. The matrix rate takes its turn like a side: the best of a second of products of two square
matrices of the size that is fastest here. *plain* is the same student without normalisation and dropout.
"""

import warnings
from collections.abc import Iterable
from functools import partial
from itertools import pairwise
from statistics import median
from typing import Any

import machine
import reference
import torch
from torch_geometric.utils import to_torch_csr_tensor
from workloads import Work

from gnn2mlp.core.progress import Progress
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.sampling import BlockSampler
from gnn2mlp.teachers import LayerInput
from gnn2mlp.teachers.gcn import GCN

# torch says in every process that its sparse matrices are young.
warnings.filterwarnings("ignore", "Sparse (CSR|invariant)")

NAME = "synthetic-arxiv"
TEACHER = {"hidden": 256, "layers": 3, "dropout": 0.5, "norm": "batch", "fanouts": None}
STUDENTS = {"student": {}, "plain": {"norm": "none", "dropout": 0.0}}
# Epochs of a turn, the first of which does not count.
EPOCHS = 2
TARGETS = {"epoch": 3.0, "share": 0.6}
# Sides of the teacher: ours, and PyG's by the layer and what it goes along.
PYG = {"edge_index": "gcn", "edge_index, cached": "gcn, cached", "sparse matrix, cached": "gcn, cached"}


class BlindGCN(GCN):
    """A GCN that does not look at validation nodes."""

    def validate(self, sampler: BlockSampler[Any], features: LayerInput) -> dict[str, torch.Tensor]:
        """Nothing: all nodes alike."""
        return {"logits": torch.zeros(sampler.num_nodes, self.num_classes_)}


def work(scale: float, student: str = "student") -> Work:
    """The graph and its settings."""
    return Work(NAME, scale, Spec("gcn", **TEACHER), STUDENTS[student])


def train(made: Work, side: str, progress: Progress, epochs: int = EPOCHS, validate: bool = True) -> None:
    """Train the teacher as `side` does."""
    options = {**made.config.teacher.options, "epochs": epochs, "patience": epochs}
    if side == "ours":
        (GCN if validate else BlindGCN)(**options).fit(made.observed, progress=progress)
        return
    how = reference.Settings.of(options)
    reference.train_gnn(_data(made, side.startswith("sparse")), PYG[side], how, progress=progress, validate=validate)


def _data(made: Work, sparse: bool = False) -> reference.Data:
    graph, view = made.graph, made.observed
    links = to_torch_csr_tensor(graph.edge_index, size=(graph.num_nodes,) * 2) if sparse else graph.edge_index
    assert isinstance(graph.features, torch.Tensor), "dense by its settings"
    return reference.Data(graph.features, links, graph.labels, view.train, view.valid)


def teacher(scale: float, rounds: int, validate: bool) -> machine.Record:
    """Seconds an epoch of each side, in turn."""
    made, starts = work(scale), dict[str, float]()

    def turn(side: str, number: int) -> float:
        laps = machine.Laps()
        train(made, side, laps, validate=validate)
        starts[side] = laps.start
        return laps.epoch

    made.observed  # noqa: B018, drawn before the clock runs
    sides = {side: partial(turn, side) for side in ("ours", *PYG)}
    found = machine.compared(machine.interleaved(sides, rounds, warm_up=False))
    return {"graph": made.graph.sizes, "sides": {side: {**found[side], "start_s": starts[side]} for side in sides}}


def memory(scale: float, side: str) -> machine.Record:
    """Peak memory of two epochs of one side."""
    made = work(scale)
    made.observed  # noqa: B018, drawn before the meter runs
    return machine.metered(lambda: train(made, side, machine.Laps(), epochs=2))[1]


def student(scale: float, rounds: int, kind: str) -> machine.Record:
    """Seconds an epoch of the student, ours and with `nn.Linear`; its arithmetic a second against the machine's."""
    made = work(scale, kind)
    knowledge, data = made.knowledge(), _data(made)
    how = reference.Settings.of(made.config.student.options, made.config.distill, {"epochs": EPOCHS})
    batch = made.config.distill["batch_size"]

    def theirs(number: int) -> float:
        return machine.lap(lambda p: reference.train_mlp(data, knowledge["logits"], how, batch, progress=p))

    rates, best = [], max(machine.SIZES, key=machine.matrix_rate)

    def rate(number: int) -> float:
        rates.append(machine.matrix_rate(best))
        return 1 / rates[-1]

    sides = {"ours": lambda number: machine.lap(lambda p: made.distil(knowledge, EPOCHS, p)), "pyg": theirs}
    spent = machine.interleaved({**sides, "rate": rate}, rounds, warm_up=False)
    widths = [data.x.size(1), *[how.hidden] * (how.layers - 1), made.graph.task.num_outputs]
    total = operations(widths, len(data.x), len(data.valid))
    gflops = {side: [1e-9 * total / seconds for seconds in spent[side]] for side in sides}
    shares = {side: [one / most for one, most in zip(gflops[side], rates, strict=True)] for side in sides}
    found = machine.compared({side: spent[side] for side in sides})
    return {
        "sides": {
            side: {**found[side], "gflops": median(gflops[side]), "share": median(shares[side]), "shares": shares[side]}
            for side in sides
        },
        "rows_per_s": len(data.x) / found["ours"]["median_s"],
        "operations": total,
        "machine": {"size": best, "gflops": median(rates), "rates": rates},
        "widths": widths,
    }


def operations(widths: list[int], rows: int, valid: int) -> int:
    """Floating-point operations of an epoch over `rows`, with a look at `valid` more; see above."""
    products = [a * b for a, b in pairwise(widths)]
    return 2 * (rows * (3 * sum(products) - products[0]) + valid * sum(products))


def main() -> None:
    """Measure what is asked for; the rest stays as it was."""
    parser = machine.parser(__doc__, rounds=3)
    parser.add_argument("--scale", type=float, default=1.0, help="of nodes and edges")
    parser.add_argument("--only", nargs="+", choices=["epoch", "step", "memory", *STUDENTS], help="leave the others")
    options = parser.parse_args()
    path, scale, only = options.results / "large_graph.json", options.scale, options.only
    for threads in options.threads:
        for keeping in (False, True):
            run = partial(machine.fresh, threads=threads, keeping=keeping, scale=scale)
            stated = {"threads": threads, "keeping": keeping, "scale": scale}
            suffix = f"{threads}, memory kept" if keeping else f"{threads}"
            for kind in _chosen(only, ["epoch", "step"]):
                found = run(teacher, rounds=options.rounds, validate=kind == "epoch")
                machine.say(f"teacher {kind}, {suffix}", found["sides"])
                machine.put(path, f"{kind}, {suffix}", {**stated, **found})
            for kind in _chosen(only, STUDENTS):
                found = run(student, rounds=options.rounds, kind=kind)
                machine.say(f"student {kind}, {suffix}", found["sides"])
                machine.put(path, f"{kind}, {suffix}", {**stated, **found})
            if _chosen(only, ["memory"]):
                peaks = {side: run(memory, side=side) for side in ("ours", *PYG)}
                print(", ".join(f"{side} {peak['peak_gib']:.2f} GiB" for side, peak in peaks.items()), flush=True)
                machine.put(path, f"memory, {suffix}", {**stated, "sides": peaks})


def _chosen(only: list[str] | None, names: Iterable[str]) -> list[str]:
    return [name for name in names if only is None or name in only]


if __name__ == "__main__":
    main()
