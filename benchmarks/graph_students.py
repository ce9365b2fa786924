"""What a student of whole graphs learns from a teacher, and with which settings it learns at all.

    python benchmarks/graph_students.py --data-root DATA [--only mutag ...] [--seeds 3]
    python benchmarks/graph_students.py --table [--check]                       # writes GRAPH_STUDENTS.md

Sets of TU Dortmund, stratified folds as `folds` gives them, teacher GIN (the small settings of `TEACHER`), student
`set_mlp`. The students of a fold learn from one teacher and begin with the same weights, so that every difference is
paired. Validation graphs choose the epoch; test graphs are scored once. Started again, it makes what has no line yet.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core.environment import environment
from gnn2mlp.core.spec import Spec
from gnn2mlp.data.graphs import FullGraphs, GraphViews, ObservedGraphs, load_graph_set, split_graphs
from gnn2mlp.distill import Distiller
from gnn2mlp.distill.graphs import answered
from gnn2mlp.evaluate import Outcome, Paired, paired
from gnn2mlp.evaluate.graph_baselines import bag_of_labels, size_only
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.objectives import OBJECTIVES
from gnn2mlp.pipeline.graphs.config import DISTILL
from gnn2mlp.students.set_mlp import SetMLP
from gnn2mlp.teachers.graph_gin import GraphGIN

HERE = Path(__file__).parent
RESULTS, PAGE = HERE / "results" / "graph_students.jsonl", HERE / "GRAPH_STUDENTS.md"
DATASETS = ("mutag", "ptc-mr", "nci1")
TEACHER: Mapping[str, Any] = {"hidden": 32, "layers": 3, "epochs": 40, "patience": 12, "batch_size": 64}
METRIC = "roc_auc"
OF_NODES: Mapping[str, Any] = {"batch_size": 512, "weight_decay": 5e-4}
LABELS, SOFT = ({"hard_labels": 1.0}, {"soft_labels": 1.0})


class Entry(NamedTuple):
    """A student that is compared: weights of its terms, and settings in which it departs from the defaults."""

    terms: Mapping[str, float]
    student: Mapping[str, Any] = {}
    distill: Mapping[str, Any] = {}
    out_of_fold: bool = False


BASE = "labels alone"
ENTRIES: Mapping[str, Entry] = {
    BASE: Entry(LABELS),
    "soft labels": Entry(SOFT),
    "half labels, half soft labels": Entry({"hard_labels": 0.5, "soft_labels": 0.5}),
    "soft labels and 0.5 `hidden_match`": Entry({"soft_labels": 1.0, "hidden_match": 0.5}),
    "labels alone, dropout 0.3": Entry(LABELS, {"dropout": 0.3}),
    "soft labels, dropout 0.3": Entry(SOFT, {"dropout": 0.3}),
    "labels alone, settings of nodes": Entry(LABELS, {"dropout": 0.3}, OF_NODES),
    "soft labels, settings of nodes": Entry(SOFT, {"dropout": 0.3}, OF_NODES),
    "soft labels, out of fold": Entry(SOFT, out_of_fold=True),
}
FOLDS = 3


def lines_of(dataset: str, seed: int, done: set[str]) -> Iterator[dict[str, Any]]:
    """A line for each model of a fold that has none yet."""
    if done >= {*ENTRIES, "teacher", "size_only", "bag_of_labels"}:
        return
    graphs = load_graph_set(dataset)
    observed, full = GraphViews.of(graphs, split_graphs(graphs, "folds", seed))
    shared = {"dataset": dataset, "seed": seed, "metric": METRIC, "split": full.split.digest}
    for name, fit in (("size_only", size_only), ("bag_of_labels", bag_of_labels)):
        baseline = fit(observed, seed)
        logits = [baseline(graphs.take(part)) for part in (full.split.valid, full.split.test)]
        yield {**shared, "model": name, **_scores(full, *logits)}
    teacher = GraphGIN(**TEACHER)
    teacher.fit(observed, seed=seed)
    said = teacher.predict(full.graphs)
    yield {**shared, "model": "teacher", **_scores(full, said[full.split.valid], said[full.split.test])}
    knowledge = teacher.export(observed, ["logits", "hidden"])
    apart = None
    for name, entry in ENTRIES.items():
        if name in done:
            continue
        if entry.out_of_fold and apart is None:
            apart = _out_of_fold(observed, knowledge, seed)
        table = apart if entry.out_of_fold else knowledge
        yield {**shared, "model": name, **_student(entry, observed, full, table, seed)}


def _student(
    entry: Entry, observed: ObservedGraphs, full: FullGraphs, knowledge: TeacherKnowledge | None, seed: int
) -> dict[str, Any]:
    first, *others = [weight * Spec(name).build(OBJECTIVES) for name, weight in entry.terms.items()]
    objective = sum(others, start=first)
    distiller = Distiller(**{**DISTILL, **entry.distill})
    result = distiller.fit(SetMLP(**entry.student), objective, observed, knowledge, seed=seed)
    logits = [answered(result.module, full.graphs, part).logits for part in (full.split.valid, full.split.test)]
    return {**_scores(full, *logits), "epochs": len(result.history.loss)}


def _out_of_fold(observed: ObservedGraphs, knowledge: TeacherKnowledge, seed: int) -> TeacherKnowledge:
    """What teachers that were not trained on a training graph say of it; of all others as the teacher does."""
    logits = knowledge["logits"].clone()
    order = observed.train[torch.randperm(observed.train.numel(), generator=torch.Generator().manual_seed(seed))]
    for number in range(FOLDS):
        held = order[number::FOLDS]
        rest = order[torch.arange(order.numel()) % FOLDS != number].sort().values
        teacher = GraphGIN(**TEACHER)
        teacher.fit(_training(observed, rest), seed=seed)
        logits[held] = teacher.predict(observed.graphs)[held]
    return TeacherKnowledge(knowledge.node_ids, {"logits": logits, "hidden": knowledge["hidden"]})


def _training(observed: ObservedGraphs, train: Tensor) -> ObservedGraphs:
    return ObservedGraphs(observed.graphs, observed.graph_ids, train, observed.valid)


def _scores(full: FullGraphs, valid: Tensor, test: Tensor) -> dict[str, float]:
    task, split = full.graphs.task, full.split
    parts = (("valid", valid, split.valid), ("test", test, split.test))
    return {name: task.scores(logits, full.labels[ids])[METRIC] for name, logits, ids in parts}


def measure(only: list[str], seeds: int) -> None:
    """Make what has no line yet, and say which machine did."""
    torch.set_num_threads(1)
    found = read()
    with RESULTS.open("a", encoding="utf-8") as file:
        for dataset in only:
            for seed in range(seeds):
                done = {line["model"] for line in found if (line["dataset"], line["seed"]) == (dataset, seed)}
                for line in lines_of(dataset, seed, done):
                    if line["model"] not in done:
                        file.write(
                            json.dumps({**line, "environment": environment(torch.device("cpu"))}, default=str) + "\n"
                        )
                        file.flush()


def read() -> list[dict[str, Any]]:
    """The lines that are there."""
    return [json.loads(line) for line in RESULTS.read_text().splitlines()] if RESULTS.exists() else []


def page(lines: list[dict[str, Any]]) -> str:
    """GRAPH_STUDENTS.md."""
    parts = [__doc__.split("\n\n")[0] if __doc__ else "", ""]
    for dataset in dict.fromkeys(line["dataset"] for line in lines):
        own = [line for line in lines if line["dataset"] == dataset]
        parts += [f"## {dataset}", "", *_table(own), ""]
    return "# Students of whole graphs\n\n" + _INTRODUCTION + "\n".join(parts[1:]).rstrip() + "\n"


_INTRODUCTION = """Written by `python benchmarks/graph_students.py --table`; the script says what is compared and how.
ROC-AUC of test graphs in per cent, mean over folds. Differences are to the plain `set_mlp` (labels alone) with the
defaults of a run, paired by fold, with an interval of 95 %; one that holds 0 is within chance.
"""


def _table(lines: list[dict[str, Any]]) -> list[str]:
    by = {(line["model"], line["seed"]): line for line in lines}
    models = list(dict.fromkeys(line["model"] for line in lines))
    seeds = sorted(seed for model, seed in by if model == BASE)
    rows = [f"Folds: {len(seeds)}.", "", "| model | validation | test | difference to labels alone |"]
    rows.append("| --- | ---: | ---: | ---: |")
    for model in models:
        there = [seed for seed in seeds if (model, seed) in by]
        if not there:
            continue
        mean = {part: 100 * sum(by[model, seed][part] for seed in there) / len(there) for part in ("valid", "test")}
        rows.append(f"| {model} | {mean['valid']:.1f} | {mean['test']:.1f} | {_difference(by, model, there)} |")
    return rows


def _difference(by: Mapping[tuple[str, int], Mapping[str, Any]], model: str, seeds: list[int]) -> str:
    if model == BASE:
        return ""
    ours, theirs = (
        [Outcome(s, by[name, s]["split"], by[name, s]["test"], 1 / 9) for s in seeds] for name in (model, BASE)
    )
    found: Paired = paired(ours, theirs)
    if not found.has_interval:
        return f"{100 * found.difference:+.1f}"
    return f"{100 * found.difference:+.1f} ({100 * found.low:+.1f} to {100 * found.high:+.1f})"


def main() -> None:
    """Measure, or write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root")
    parser.add_argument("--only", nargs="+", default=list(DATASETS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    if not options.table:
        measure(options.only, options.seeds)
    elif not options.check:
        PAGE.write_text(page(read()), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page(read()):
        sys.exit(f"{PAGE.name} is not up to date: run python benchmarks/graph_students.py --table")


if __name__ == "__main__":
    main()
