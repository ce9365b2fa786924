"""What each option that regularises a student does, beside plain GLNN with the same teacher.

    python benchmarks/students.py --data-root DATA                          # hours on one thread
    python benchmarks/students.py --teachers grand --options plain wide     # a part of it
    python benchmarks/students.py --table

Published splits of cpf-cora and cpf-citeseer, inductive and transductive. Settings are those published for the data
set; an option changes what it says and nothing else. Validation chooses the epoch, test nodes are scored once, and all
options of a split learn from the same table of knowledge, start from the same seed and are compared by split. Options
were not tuned: each is looked at with one value, named before its first figure. What is done is in
`results/students.json`, and the same command goes on with the rest.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from statistics import fmean, stdev
from typing import Any, NamedTuple

import torch
from figures import markdown
from torch import Tensor

from gnn2mlp.core.environment import cpu_threads
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, Views, load_dataset
from gnn2mlp.data.datasets import DATASETS
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.evaluate import Outcome, accuracy, paired
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import compute_form, gather
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

RESULT = Path(__file__).parent / "results" / "students.json"
NAMES, SETTINGS, TEACHER_NAMES, SPLITS = (
    ("cpf-cora", "cpf-citeseer"),
    ("inductive", "transductive"),
    ("sage", "grand"),
    10,
)
PLAIN = "plain"
# Share of the test nodes that do not exist in training, in the inductive setting.
UNSEEN = 0.2
Record = dict[str, Any]


class Option(NamedTuple):
    """What differs from plain GLNN: settings of the student, of the distiller, and the method."""

    student: Mapping[str, Any] = {}
    distill: Mapping[str, Any] = {}
    method: Mapping[str, Any] = {"name": "glnn"}


def _consistent(**options: Any) -> Mapping[str, Any]:
    return {"name": "composed", "objective": [{"name": "soft_labels"}, {"name": "consistency", **options}]}


SHARP = {"name": "glnn", "sharpen": 2.0}
OPTIONS = {
    PLAIN: Option(),
    "input dropout .5": Option({"input_dropout": 0.5}),
    "sharpen 2": Option(method=SHARP),
    "ema": Option(distill={"averaging": "ema"}),
    "no averaging": Option(distill={"averaging": "none"}),
    "wide": Option({"hidden": 512}),
    "wide, input dropout .5": Option({"hidden": 512, "input_dropout": 0.5}),
    "wide, input dropout .5, sharpen 2, ema": Option(
        {"hidden": 512, "input_dropout": 0.5}, {"averaging": "ema"}, SHARP
    ),
    "consistency, input dropout .5": Option({"input_dropout": 0.5}, method=_consistent()),
    "batch norm": Option({"norm": "batch"}),
    "three layers, residual, batch norm": Option({"layers": 3, "residual": True, "norm": "batch"}),
    "mixture of four": Option({"name": "mixture", "hidden": 32}),
    "routing by memory": Option({"name": "routing_by_memory"}),
    "three averaged": Option(method={"name": "averaged_students"}),
    "three averaged, into one": Option(method={"name": "averaged_students", "into_one": True}),
    "three averaged, wide, input dropout .5, sharpen 2, ema": Option(
        {"hidden": 512, "input_dropout": 0.5},
        {"averaging": "ema"},
        {"name": "averaged_students", "method": SHARP},
    ),
}


class Cell(NamedTuple):
    """Which nodes, which teacher: what all options have in common."""

    dataset: str
    setting: str
    teacher: str
    split: int

    def __str__(self) -> str:
        return "-".join(map(str, self))


def views_of(cell: Cell) -> Views:
    """Both views of the split."""
    graph = load_dataset(cell.dataset)
    splitter = DATASETS.get(cell.dataset).split.build(SPLITTERS)
    return Views.of(graph, splitter.split(graph, cell.split, cell.setting, UNSEEN))


def knowledge_of(cell: Cell, views: Views, cache: Path) -> TeacherKnowledge:
    """What the teacher knows; from the cache, if it was asked before."""
    path = cache / f"{cell}.safetensors"
    try:
        return TeacherKnowledge.load(path)
    except ArtefactError:
        recipe = DATASETS.get(cell.dataset).recipe.get("teacher", {})
        teacher = TEACHERS.get(cell.teacher).with_recipe(Spec(cell.teacher), recipe).build(TEACHERS)
        teacher.fit(views.observed, seed=cell.split)
        made = teacher.export(views.observed, {"logits"}, seed=cell.split)
        made.save(path)
        return made


def measured(cell: Cell, name: str, views: Views, knowledge: TeacherKnowledge) -> Record:
    """A student of the option and how it does."""
    option, recipe = OPTIONS[name], DATASETS.get(cell.dataset).recipe
    given = dict(option.student)
    kind = given.pop("name", "mlp")
    published = recipe["student"]["mlp"]
    known = STUDENTS.get(kind).constructor_options()
    shared = {key: value for key, value in published.items() if key in known}
    student = Spec(kind, **{**shared, **given}).build(STUDENTS)
    distiller = Distiller(**{**recipe["distill"], **option.distill})
    learner = Learner(distiller, student, views.observed, knowledge, seed=cell.split)
    result = Spec.parse(option.method).build(METHODS).learn(learner)
    split, graph = views.full.split, views.full.graph
    rows = compute_form(result.inputs.rows(graph))
    record = cell._asdict() | {"option": name, "epoch": result.history.best_epoch, "seconds": result.history.seconds}
    record["valid"] = result.history.valid[result.history.best_epoch - 1]
    populations = {"seen": split.seen, "unseen": split.unseen, "test": split.test}
    for population, nodes in populations.items():
        if nodes.numel():
            record[population] = scored(result.module, rows, graph.labels, nodes)
    ratio = split.test.numel() / (split.train.numel() + split.valid.numel())
    return record | {"digest": split.digest, "ratio": ratio}


def scored(module: torch.nn.Module, rows: Any, labels: Tensor, nodes: Tensor) -> float:
    """Accuracy on some nodes, of which the module reads rows alone."""
    with torch.no_grad():
        return accuracy(module.eval()(gather(rows, nodes)).logits, labels[nodes])


def missing(done: Sequence[Record], cells: Sequence[Cell], names: Sequence[str]) -> Iterator[tuple[Cell, list[str]]]:
    """The cells with what is left of them."""
    there = {
        (record["dataset"], record["setting"], record["teacher"], record["split"], record["option"]) for record in done
    }
    for cell in cells:
        if left := [name for name in names if (*cell, name) not in there]:
            yield cell, left


def table(done: Sequence[Record]) -> str:
    """Mean differences from plain GLNN in points, with the interval of the paired test, by data set and teacher."""
    rows = []
    for dataset, setting, teacher in product(NAMES, SETTINGS, TEACHER_NAMES):
        here = [r for r in done if (r["dataset"], r["setting"], r["teacher"]) == (dataset, setting, teacher)]
        population = "unseen" if setting == "inductive" else "test"
        base = outcomes(here, PLAIN, population)
        for name in OPTIONS:
            ours = outcomes(here, name, population)
            if ours and base:
                rows.append([f"{dataset} {population}", teacher, name, *compared(ours, base)])
    return markdown(
        ["nodes", "teacher", "option", "accuracy", "difference", "plain interval", "corrected", "better on"], rows
    )


def outcomes(records: Sequence[Record], name: str, population: str) -> list[Outcome]:
    """The scores of an option in points, by split."""
    found = [record for record in records if record["option"] == name]
    share = UNSEEN if population == "unseen" else 1.0  # of the test nodes
    return [Outcome(one["split"], one["digest"], 100 * one[population], share * one["ratio"]) for one in found]


def compared(ours: Sequence[Outcome], base: Sequence[Outcome]) -> list[str]:
    """Mean and deviation, the difference with two 95 % intervals, and on how many splits it is better.

    The plain interval speaks of further splits of this graph, the corrected one of graphs like it.
    """
    scores = [one.score for one in ours]
    level = f"{fmean(scores):.1f} ± {stdev(scores):.1f}" if len(scores) > 1 else f"{fmean(scores):.1f}"
    if ours is base or [one.score for one in base] == scores:
        return [level, "", "", "", ""]
    found, wide = paired(ours, base, test="plain"), paired(ours, base)
    plain, corrected = (f"{each.low:+.2f} to {each.high:+.2f}" for each in (found, wide))
    return [level, f"{found.difference:+.2f}", plain, corrected, f"{found.wins} of {found.n}"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure what is missing, or print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", nargs="+", default=NAMES)
    parser.add_argument("--settings", nargs="+", default=SETTINGS)
    parser.add_argument("--teachers", nargs="+", default=TEACHER_NAMES)
    parser.add_argument("--options", nargs="+", default=list(OPTIONS), choices=list(OPTIONS), metavar="OPTION")
    parser.add_argument("--splits", type=int, default=SPLITS)
    parser.add_argument("--cache", type=Path, default=Path("students-cache"), help="folder of what teachers know")
    parser.add_argument("--result", type=Path, default=RESULT)
    parser.add_argument("--table", action="store_true")
    chosen = parser.parse_args(arguments)
    done = read_json(chosen.result) if chosen.result.exists() else []
    if chosen.table:
        print(table(done))
        return
    cells = [
        Cell(d, s, t, i)
        for s, t, d, i in product(chosen.settings, chosen.teachers, chosen.datasets, range(chosen.splits))
    ]
    chosen.cache.mkdir(parents=True, exist_ok=True)
    with cpu_threads(1):
        for cell, left in missing(done, cells, chosen.options):
            views = views_of(cell)
            knowledge = knowledge_of(cell, views, chosen.cache)
            for name in left:
                done.append(measured(cell, name, views, knowledge))
                write_json(chosen.result, done)
                print(done[-1], file=sys.stderr)


if __name__ == "__main__":
    main()
