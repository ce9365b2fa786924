"""What attention on a graph neural network adds, and what its maps teach: to smaller networks, and to MLPs.

    python benchmarks/gkedm.py --data-root DATA [--datasets cpf-cora cpf-citeseer] [--splits 5]
    python benchmarks/gkedm.py --table     # writes GNN_STUDENTS.md from results/gkedm.jsonl

Published splits, inductive, 20 labels a class. Teachers are GCN with 64 units and dropout .8, and the same one inside
`gkedm`; smaller networks are GCN with 8 units and dropout .5. Students are trained as the data set's recipe has it;
every epoch is chosen on validation nodes, and test nodes are scored once: seen ones in the observed graph, unseen ones
in the full graph. Models of a split are compared with each other. The command goes on where it stopped.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from figures import SPREAD, command, markdown, percent
from torch import Tensor

from gnn2mlp.core.environment import environment
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, GraphData, Views, load_dataset
from gnn2mlp.data.datasets import resolve_dataset
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.networks import as_teacher
from gnn2mlp.evaluate import Outcome, accuracy, paired
from gnn2mlp.explore.formatting import plural
from gnn2mlp.methods import METHODS, Method
from gnn2mlp.nn.csr import compute_form
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS, Teacher

RESULTS = Path(__file__).parent / "results" / "gkedm.jsonl"
PAGE = Path(__file__).parent / "GNN_STUDENTS.md"
POPULATIONS = ("valid", "seen", "unseen")
BASE, ENHANCED = "GCN-64", "GCN-64 with attention (gkedm)"
TEACHER: Mapping[str, Any] = {"name": "gcn", "hidden": 64, "dropout": 0.8}
SMALL: Mapping[str, Any] = {"name": "gcn", "hidden": 8, "dropout": 0.5}


class Learnt(NamedTuple):
    """A student of the board: its recipe, how it learns, and from which teacher."""

    student: Spec
    method: Spec
    teacher: str


def _learnt(student: Spec, method: str, teacher: str, **options: Any) -> Learnt:
    return Learnt(student, Spec(method, **options), teacher)


_GCN8 = Spec("gnn", encoder=dict(SMALL))
_MODULE = Spec("gnn", encoder={"name": "gkedm", "encoder": dict(SMALL)})
STUDENTS_OF_BOARD: Mapping[str, Learnt] = {
    "GCN-8, labels": _learnt(_GCN8, "mlp", ENHANCED),
    "GCN-8, soft labels of GCN-64": _learnt(_GCN8, "glnn", BASE),
    "GCN-8, soft labels of gkedm": _learnt(_GCN8, "glnn", ENHANCED),
    "GCN-8, soft labels and maps of gkedm": _learnt(_GCN8, "gkedm", ENHANCED),
    "GCN-8 with attention, soft labels and maps of gkedm": _learnt(_MODULE, "gkedm", ENHANCED),
    "MLP, labels": _learnt(Spec("mlp"), "mlp", ENHANCED),
    "MLP, soft labels of gkedm": _learnt(Spec("mlp"), "glnn", ENHANCED),
    "MLP, soft labels and maps of gkedm": _learnt(Spec("mlp"), "gkedm", ENHANCED),
}
# What is compared with what.
PAIRS = (
    (ENHANCED, BASE),
    ("GCN-8, soft labels of GCN-64", "GCN-8, labels"),
    ("GCN-8, soft labels and maps of gkedm", "GCN-8, soft labels of gkedm"),
    ("GCN-8 with attention, soft labels and maps of gkedm", "GCN-8, soft labels of gkedm"),
    ("MLP, soft labels and maps of gkedm", "MLP, soft labels of gkedm"),
)


def taught(views: Views, seed: int, scale: Mapping[str, Any] | None = None) -> dict[str, tuple[Teacher, float]]:
    """Both teachers, fitted, and the CPU seconds of each; `scale` are options that win, for trials."""
    encoder = {**TEACHER, **(scale or {})}
    recipes = {BASE: Spec.parse(encoder), ENHANCED: Spec("gkedm", encoder=encoder)}
    found = {}
    for name, spec in recipes.items():
        teacher, started = spec.build(TEACHERS), time.process_time()
        teacher.fit(views.observed, seed=seed)
        found[name] = (teacher, time.process_time() - started)
    return found


def scores(observed: Tensor, full: Tensor, views: Views) -> dict[str, float]:
    """Accuracy by population, of logits with the observed links (of the observed nodes) and with all."""
    split, labels = views.full.split, views.full.labels
    seen = torch.full_like(full, torch.nan)
    seen[views.observed.node_ids] = observed
    where = {"valid": (seen, split.valid), "seen": (seen, split.seen), "unseen": (full, split.unseen)}
    return {name: accuracy(logits[ids], labels[ids]) for name, (logits, ids) in where.items()}


def lines(
    views: Views, seed: int, distiller: Distiller, scale: Mapping[str, Any] | None = None
) -> Iterator[dict[str, Any]]:
    """A line for each teacher and student on one split."""
    teachers = taught(views, seed, scale)
    graphs = views.observed.graph, views.full.graph
    for name, (teacher, seconds) in teachers.items():
        yield {"model": name, "cpu_seconds": seconds, **scores(*map(teacher.predict, graphs), views)}
    for name, (recipe, how, source) in STUDENTS_OF_BOARD.items():
        method: Method = how.build(METHODS)
        keys = method.teacher_keys
        known = teachers[source][0].export(views.observed, keys) if keys else None
        started = time.process_time()
        made = distiller.fit(recipe.build(STUDENTS), method.build_objective(), views.observed, known, seed=seed)
        seconds = time.process_time() - started
        answer = as_teacher(made).predict if recipe.name == "gnn" else partial(_of_rows, made.module)
        yield {"model": name, "cpu_seconds": seconds, **scores(*map(answer, graphs), views)}


@torch.no_grad()
def _of_rows(module: torch.nn.Module, graph: GraphData) -> Tensor:
    logits: Tensor = module.eval()(compute_form(graph.features)).logits
    return logits


def run(root: Path, datasets: Sequence[str], splits: int) -> None:
    """Append what is missing, split by split."""
    for seed in range(splits):
        for dataset in datasets:
            if any((line["dataset"], line["seed"]) == (dataset, seed) for line in read()):
                continue
            graph = load_dataset(dataset, root)
            assert isinstance(graph, GraphData)
            split = Spec("cpf").build(SPLITTERS).split(graph, seed, "inductive")
            distiller = Distiller(**resolve_dataset(dataset).recipe.get("distill", {}))
            facts = {
                "dataset": dataset,
                "seed": seed,
                "split": split.digest,
                "ratio": split.unseen.numel() / (split.train.numel() + split.valid.numel()),
            }
            where = {"environment": environment(torch.device("cpu"))}
            made = [{**facts, **line, **where} for line in lines(Views.of(graph, split), seed, distiller)]
            with RESULTS.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in made)
            print(dataset, seed, flush=True)


def read() -> list[dict[str, Any]]:
    """All lines of results."""
    return [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []


def tables(found: Sequence[Mapping[str, Any]], dataset: str) -> str:
    """The models of one data set, and their differences."""
    own = [line for line in found if line["dataset"] == dataset]
    by_model = {name: [line for line in own if line["model"] == name] for name in (BASE, ENHANCED, *STUDENTS_OF_BOARD)}
    rows = [
        [name, "no" if name.startswith("MLP") else "yes", *(percent([line[p] for line in some]) for p in POPULATIONS)]
        for name, some in by_model.items()
    ]
    head = ["model", "needs the graph", "validation", "seen", "unseen"]
    apart = [
        [f"{one} − {other}", *(_difference(by_model[one], by_model[other], p) for p in ("seen", "unseen"))]
        for one, other in PAIRS
    ]
    splits = len({line["seed"] for line in own})
    return (
        f"## {dataset}, {plural(splits, 'split')}\n\n{markdown(head, rows)}\n\n"
        f"{markdown(['difference in points', 'seen', 'unseen'], apart)}"
    )


def _difference(one: Sequence[Mapping[str, Any]], other: Sequence[Mapping[str, Any]], population: str) -> str:
    """The mean difference in points with the corrected interval of `evaluate.paired`."""
    ours, theirs = (
        [Outcome(line["seed"], line["split"], 100 * line[population], line["ratio"]) for line in some]
        for some in (one, other)
    )
    found = paired(ours, theirs)
    if not found.has_interval:
        return f"{found.difference:+.1f}"
    return f"{found.difference:+.1f} ({found.low:+.1f} to {found.high:+.1f})"


def targets(found: Sequence[Mapping[str, Any]]) -> str:
    """What was wanted, and whether it was reached: means over splits, as they are."""
    rows = []
    for dataset in dict.fromkeys(line["dataset"] for line in found):
        own = [line for line in found if line["dataset"] == dataset]
        for what, one, other, least in (
            ("attention within 1 point of its base network", ENHANCED, BASE, -1.0),
            (
                "maps at .1 not below soft labels by more than .5, GCN-8",
                "GCN-8, soft labels and maps of gkedm",
                "GCN-8, soft labels of gkedm",
                -0.5,
            ),
            (
                "maps at .1 not below soft labels by more than .5, MLP",
                "MLP, soft labels and maps of gkedm",
                "MLP, soft labels of gkedm",
                -0.5,
            ),
        ):
            means = [
                sum(100 * line[p] for line in own if line["model"] == one)
                / max(1, sum(line["model"] == one for line in own))
                - sum(100 * line[p] for line in own if line["model"] == other)
                / max(1, sum(line["model"] == other for line in own))
                for p in ("seen", "unseen")
            ]
            reached = "reached" if min(means) >= least else "missed"
            rows.append([dataset, what, *(f"{mean:+.1f}" for mean in means), reached])
    return markdown(["data", "target", "seen", "unseen", ""], rows)


def page(found: Sequence[Mapping[str, Any]]) -> str:
    """The page: how it was made, what was wanted, and tables for each data set."""
    assert __doc__ is not None
    how = __doc__.split("\n\n", 2)[2].strip()
    each = "\n\n".join(tables(found, dataset) for dataset in dict.fromkeys(line["dataset"] for line in found))
    return (
        f"# GNN students, and attention maps\n\nMade by `benchmarks/gkedm.py --table`. {how}\n\n{SPREAD}\n\n"
        f"## Targets\n\n{targets(found)}\n\n{each}\n"
    )


def main() -> None:
    """Read the command line."""
    command(__doc__, 5, run, PAGE, lambda: page(read()))


if __name__ == "__main__":
    main()
