"""What class weights and a decision threshold do where positives are rare; several labels and numbers as targets.

    python benchmarks/tasks.py --data-root DATA [--seeds 3]            # some ten minutes on one thread
    python benchmarks/tasks.py --table                                  # writes TASKS.md from results/tasks.json

Two sets have rare positives: `company`, a drawn table of 6,000 customers of whom 2.1 % are positive, linked mostly to
their like, and `computers-rarest`, the products of the rarest class of cpf-a-computer (2.1 %) against all others. Each
is trained plainly (accuracy chooses the epoch), with the epoch chosen by average precision, and with balanced class
weights besides; each student answers by the likelier class, and by the threshold with the best F1 on the validation
nodes. From the Facebook network of Amherst, whose features are dormitory, major and second major one-hot, come several
labels, a rule each: gender is the second, status is the first (a student), the year of graduation is 2008 or later; and
a number, that year, which is not known of one in ten. Teacher and student of each seed share its split (half of the
nodes train, a fifth validates); test nodes are scored once.
"""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from statistics import fmean, pstdev
from typing import Any, NamedTuple

import numpy as np
import torch
from figures import markdown
from torch import Tensor

from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import read_json, write_json, write_text
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, GraphData, Views, graph_from_arrays, load_dataset
from gnn2mlp.distill import Distiller
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import compute_form
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression, Task
from gnn2mlp.teachers.sage import SAGE

RESULTS = Path(__file__).parent / "results" / "tasks.json"
PAGE = Path(__file__).parent / "TASKS.md"
POSITIVES, CUSTOMERS = 0.021, 6000


class Setting(NamedTuple):
    """A graph with its task, and what is told of it."""

    data: str
    label: str
    graph: GraphData


def company(task: Task, seed: int = 0) -> GraphData:
    """6,000 customers with 20 features of which 5 lean towards the positives; links join like to like in 6 of 10."""
    random = np.random.default_rng(seed)
    labels = np.zeros(CUSTOMERS, dtype=np.int64)
    labels[random.choice(CUSTOMERS, round(POSITIVES * CUSTOMERS), replace=False)] = 1
    x = random.normal(size=(CUSTOMERS, 20)).astype(np.float32)
    x[labels == 1, :5] += 0.9
    source = random.integers(CUSTOMERS, size=4 * CUSTOMERS)
    target = random.integers(CUSTOMERS, size=4 * CUSTOMERS)
    own = np.flatnonzero(labels == 1)
    alike = (labels[source] == 1) & (random.random(source.size) < 0.6)
    target[alike] = random.choice(own, alike.sum())
    return graph_from_arrays(x, labels, np.stack([source, target]), task=task, name="company")


def computers(root: Path, task: Task) -> GraphData:
    """The products of cpf-a-computer, of which those of the rarest class are positive."""
    graph = load_dataset("cpf-a-computer", root)
    assert isinstance(graph, GraphData)
    rarest = int(torch.bincount(graph.labels).argmin())
    return replace(graph, labels=(graph.labels == rarest).long(), task=task, own_splits=())


def amherst(root: Path, what: str, task: Task) -> GraphData:
    """The Facebook network of Amherst with one of its targets: `labels` or `year`."""
    with np.load(root / "fb100" / "amherst41.npz") as file:
        metadata, edges = file["metadata"].astype(float), file["edge_index"]
    status, gender, major, second, dormitory, year, _ = metadata.T
    x = np.concatenate([one[:, None] == np.unique(one) for one in (major, second, dormitory)], axis=1).astype(
        np.float32
    )
    known = np.where(year > 0, year, np.nan)
    labels = [np.where(gender > 0, gender == 2, np.nan), status == 1, np.where(year > 0, year >= 2008, np.nan)]
    targets = {"labels": np.stack(labels, axis=1), "year": known}
    return graph_from_arrays(x, targets[what], edges, task=task, name=f"amherst-{what}")


def rare(**options: Any) -> NodeClassification:
    """The task of rare positives."""
    return NodeClassification(["no", "yes"], **options)


def settings(root: Path) -> Iterator[Setting]:
    """All that is trained."""
    ways: dict[str, dict[str, Any]] = {
        "accuracy": {},
        "average precision": {"metric": "average_precision"},
        "average precision, balanced weights": {"metric": "average_precision", "class_weight": "balanced"},
    }
    for label, options in ways.items():
        yield Setting("company", label, company(rare(**options)))
        yield Setting("computers-rarest", label, computers(root, rare(**options)))
    labels = MultiLabel(["gender", "student", "2008 or later"], threshold="f1")
    yield Setting("amherst-labels", "ROC-AUC", amherst(root, "labels", labels))
    yield Setting("amherst-year", "mean absolute error", amherst(root, "year", Regression(["year"])))


def trained(graph: GraphData, seed: int) -> dict[str, dict[str, float]]:
    """Test scores of a teacher, of an MLP and of the student, by the label of how it decides."""
    split = Spec("fraction", train=0.5, valid=0.2).build(SPLITTERS).split(graph, seed)
    observed, full = Views.of(graph, split)
    teacher = SAGE(hidden=64, layers=2, dropout=0.3, epochs=100, patience=30)
    teacher.fit(observed, seed=seed)
    knowledge = teacher.export(observed, seed=seed)
    outputs = {"teacher": teacher.predict(full.graph)}
    for name, method in (("mlp", "mlp"), ("student", "glnn")):
        objective = Spec(method).build(METHODS).build_objective()
        distiller, student = Distiller(epochs=100, patience=30), MLPStudent(hidden=128, dropout=0.3)
        module = distiller.fit(student, objective, observed, knowledge, seed=seed).module
        with torch.inference_mode():
            outputs[name] = module(compute_form(full.graph.features)).logits.clone()
    return {
        name: judged(observed.task, output, full.labels, split.valid, split.test) for name, output in outputs.items()
    }


def judged(task: Task, output: Tensor, labels: Tensor, valid: Tensor, test: Tensor) -> dict[str, Any]:
    """Scores on the test nodes; of two classes also recall and precision by both ways to decide."""
    if not isinstance(task, NodeClassification):
        settled = task.with_threshold(output[valid], labels[valid])
        return {"scores": settled.scores(output[test], labels[test])}
    found: dict[str, Any] = {}
    for way, asked in (("likelier class", None), ("threshold", "f1")):
        by_way = NodeClassification(task.classes, task.metric, threshold=asked)
        settled = by_way.with_threshold(output[valid], labels[valid])
        counts = settled.confusion(output[test], labels[test])
        (_, wrong), (_, right) = counts.tolist()
        positive = counts[1].sum().item()
        recall, precision = right / positive, right / max(1.0, right + wrong)
        scores = settled.scores(output[test], labels[test])
        found[way] = {**scores, "recall": recall, "precision": precision, "threshold": settled.threshold or 0.5}
    return found


def run(root: Path, seeds: int) -> None:
    """Train what is missing, and write each result as it comes."""
    results: dict[str, Any] = read_json(RESULTS) if RESULTS.exists() else {"runs": {}}
    for setting in settings(root):
        for seed in range(seeds):
            key = f"{setting.data}/{setting.label}/{seed}"
            if key not in results["runs"]:
                results["runs"][key] = trained(replace(setting.graph), seed)
                results["environment"] = environment(torch.device("cpu"))
                write_json(RESULTS, results)
                print(key, flush=True)


def mean(values: list[float], digits: int = 3) -> str:
    """Mean ± standard deviation over seeds."""
    return f"{fmean(values):.{digits}f} ± {pstdev(values):.{digits}f}"


def tables(results: Mapping[str, Any]) -> str:
    """The tables of what was trained."""
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for key, run in results["runs"].items():
        data, label, _ = key.split("/")
        grouped.setdefault((data, label), []).append(run)
    columns = ("average_precision", "recall", "precision", "macro_f1", "balanced_accuracy", "accuracy")
    rows, others = [], []
    for (data, label), runs in sorted(grouped.items()):
        for model in ("teacher", "mlp", "student"):
            first = runs[0][model]
            if "scores" in first:
                told = ", ".join(
                    f"{name} {mean([run[model]['scores'][name] for run in runs])}" for name in first["scores"]
                )
                others.append([data, model, told])
                continue
            for way in first:
                values = [mean([run[model][way][name] for run in runs]) for name in columns]
                rows.append([data, label, model, way, *values])
    head = ["data", "epoch chosen by", "model", "decides by", *(name.replace("_", " ") for name in columns)]
    return markdown(head, rows) + "\n\n" + markdown(["data", "model", "test scores"], others)


def page(results: Mapping[str, Any]) -> str:
    """The page with what was trained and how, and the tables."""
    assert __doc__ is not None
    how = __doc__.split("\n\n", 2)[2].strip()
    return f"# Tasks\n\nMade by `benchmarks/tasks.py --table`. {how}\n\n{tables(results)}\n"


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", type=Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--table", action="store_true", help="write the page of what was trained")
    options = parser.parse_args()
    if options.table:
        write_text(PAGE, page(read_json(RESULTS)))
    elif options.data_root is None:
        parser.error("expected --data-root, the folder with the raw data of the benchmarks")
    else:
        torch.set_num_threads(1)
        run(options.data_root, options.seeds)


if __name__ == "__main__":
    main()
