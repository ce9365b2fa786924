"""Which rule keeps an epoch of training, chosen by validation nodes alone; and what it does to the spread of scores.

    python benchmarks/selection.py rules --data-root DATA            # half an hour on one thread
    python benchmarks/selection.py before after --data-root DATA     # half an hour on one thread

`rules` trains teachers and students for all their epochs and notes after each how they do on every validation node, as
they are and with their weights averaged as `Selection.averaged` does it. Then each rule chooses an epoch by one half of
these nodes, and the other half judges it: accuracy, cross-entropy, and how far the accuracies of several
initialisations on one split lie apart. Halves are drawn several times, and each judges once. No test label is read.
Students learn from teachers that the library's rule kept, so that all rules judge the same students.

`before` trains by the rule that the library had, the best accuracy alone and patience from the first epoch on; `after`
by the one that it has. Each split meets several initialisations, so that what a draw of the weights does is told apart
from what a draw of the nodes does. Test nodes are scored, once. No test figure had been seen when the 2 % were
fixed; those of that rule had been when averages were added and the first tenth ruled out for students.

All go on where they were interrupted; what is done is in `results/selection.json`.
"""

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from statistics import fmean, pstdev, stdev
from typing import Any, NamedTuple
from unittest import mock

import torch
from figures import markdown
from torch import Tensor, nn
from torch.nn import functional as F

from gnn2mlp import RunConfig
from gnn2mlp.core.environment import environment
from gnn2mlp.core.files import write_json
from gnn2mlp.core.seeds import generator
from gnn2mlp.core.source import code_of
from gnn2mlp.data import SPLITTERS, Views, load_dataset
from gnn2mlp.distill import DistillationResult, Distiller
from gnn2mlp.evaluate import accuracy
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.methods import METHODS
from gnn2mlp.nn.csr import compute_form, gather
from gnn2mlp.nn.selection import Selection
from gnn2mlp.students import STUDENTS
from gnn2mlp.teachers import TEACHERS

RESULT = Path(__file__).parent / "results" / "selection.json"
DATASETS = ("cpf-cora", "cpf-citeseer")
METHOD_NAMES = ("glnn", "krd")
SPLITS, STARTS = 10, 5
# How often the validation nodes are halved; each half judges once.
HALVINGS = 4
# What `rules` takes.
RULE_SPLITS, RULE_STARTS = 5, 2
Record = dict[str, Any]


class Rule(NamedTuple):
    """How an epoch is chosen.

    Args:
        tolerance: of `Selection`; `None`: the score alone decides.
        window: epochs of which the mean score counts.
        begin: the first epoch that may be kept.
        averaged: look at the averaged weights.
    """

    tolerance: float | None
    window: int = 1
    begin: int = 1
    averaged: bool = False


BEFORE = "best accuracy"
AFTER = "averaged weights, best accuracy within 2 % of the lowest loss, from epoch 20 on"
RULES = {
    BEFORE: Rule(None),
    "best accuracy, from epoch 51 on": Rule(None, begin=51),
    "best mean accuracy of 10 epochs": Rule(None, window=10),
    "lowest loss": Rule(0.0),
    **{f"best accuracy within {100 * t:.0f} % of the lowest loss": Rule(t) for t in (0.02, 0.05, 0.1)},
    "best accuracy within 2 % of the lowest loss, from epoch 20 on": Rule(0.02, begin=20),
    "averaged weights, best accuracy": Rule(None, averaged=True),
    "averaged weights, lowest loss": Rule(0.0, averaged=True),
    "averaged weights, best accuracy within 2 % of the lowest loss": Rule(0.02, averaged=True),
    AFTER: Rule(0.02, begin=20, averaged=True),
}


class Curve(NamedTuple):
    """How each validation node fares after each epoch: right (epochs, nodes), cross-entropy (epochs, nodes)."""

    right: Tensor
    nll: Tensor

    @property
    def nodes(self) -> int:
        """How many validation nodes there are."""
        return self.right.size(1)


class Job(NamedTuple):
    """One initialisation on one split: the first is that of a run, whose seed decides on both."""

    dataset: str
    teacher: str
    split: int
    start: int

    @property
    def seed(self) -> int:
        """Of initial weights, batches, dropout and noise."""
        return self.split + 100 * self.start


def chosen(rule: Rule, score: Tensor, loss: Tensor, patience: int) -> int:
    """The epoch, counted from 1, that `rule` keeps of curves (epochs,) of validation score and loss."""
    selection = Selection(nn.Identity(), patience, rule.begin, rule.tolerance)
    for epoch, value in enumerate(loss.tolist(), start=1):
        if selection.update(epoch, score[max(0, epoch - rule.window) : epoch].mean().item(), value):
            break
    return selection.best_epoch


def judged(rule: Rule, curve: Curve, split: int, patience: int) -> Record:
    """Accuracy, cross-entropy and epoch, means over the halves of the validation nodes that judge."""
    found = []
    random = generator(split, "halves of the validation nodes")
    for _ in range(HALVINGS):
        halves = torch.randperm(curve.nodes, generator=random).tensor_split(2)
        for choosing, judging in (halves, halves[::-1]):
            score, loss = curve.right[:, choosing].double().mean(1), curve.nll[:, choosing].double().mean(1)
            epoch = chosen(rule, score, loss, patience)
            right, nll = (values[epoch - 1, judging].double().mean().item() for values in curve)
            found.append({"accuracy": right, "nll": nll, "epoch": epoch})
    return {key: fmean(one[key] for one in found) for key in found[0]}


@contextmanager
def choosing_by(rule: Rule) -> Iterator[None]:
    """Within the block every training keeps its epoch by `rule`, whatever its method asks for."""
    made = Selection.__init__

    def init(self: Selection, module: nn.Module, patience: int, *args: Any, **options: Any) -> None:
        made(self, module, patience, rule.begin, rule.tolerance, "tail" if rule.averaged else "none")

    with mock.patch.object(Selection, "__init__", init):
        yield


@contextmanager
def watched(answer: Callable[[nn.Module], Tensor], labels: Tensor, curves: dict[bool, Curve]) -> Iterator[None]:
    """Within the block one training goes on to its last epoch; its curves are in `curves` in the end.

    Args:
        answer: logits (validation nodes, classes) of the module in training.
        labels: of the validation nodes.
        curves: whether weights are averaged -> the curve.
    """
    told: dict[bool, list[Tensor]] = {False: [], True: []}
    average = Selection.averaged

    @contextmanager
    def averaged(self: Selection, epoch: int) -> Iterator[None]:
        self.averaging = "tail"  # of teachers as well
        with torch.no_grad():
            told[False].append(answer(self.module.eval()))
            with average(self, epoch):
                told[True].append(answer(self.module))
        yield

    def update(self: Selection, epoch: int, score: float, loss: float | None = None) -> bool:
        self.best_epoch = epoch
        return False

    with mock.patch.object(Selection, "averaged", averaged), mock.patch.object(Selection, "update", update):
        yield
    for averaged, logits in told.items():
        outputs = torch.stack(logits)
        losses = F.cross_entropy(outputs.flatten(0, 1), labels.repeat(len(logits)), reduction="none")
        curves[averaged] = Curve(outputs.argmax(-1) == labels, losses.view(len(logits), -1))


class Trainer:
    """Trains the teacher and students of a job with the settings that `run` would use."""

    def __init__(self, job: Job, data_root: Path | None):
        self.job = job
        self.config, self.graph = loaded(job.dataset, job.teacher, data_root)
        split = self.config.split.build(SPLITTERS).split(self.graph, job.split, "transductive", 0.2)
        self.observed, self.test, self.valid = Views.of(self.graph, split).observed, split.test, split.valid
        self.features = compute_form(self.graph.features).to(dtype=torch.get_default_dtype())

    def teacher(self) -> tuple[Any, TeacherKnowledge]:
        """The fitted teacher and what it writes down for all methods."""
        teacher = self.config.teacher.build(TEACHERS)
        teacher.fit(self.observed, seed=self.job.seed)
        return teacher, teacher.export(self.observed, {"logits", "entropy_shift"}, seed=self.job.seed)

    def student(self, method: str, knowledge: TeacherKnowledge) -> DistillationResult:
        """The distilled student."""
        one = METHODS.get(method)()
        distiller, student = Distiller(**self.config.distill), self.config.student.build(STUDENTS)
        objective, seed = one.build_objective(), self.job.seed
        return distiller.fit(student, objective, self.observed, knowledge, update=one.update, seed=seed)

    def curves(self) -> dict[str, dict[bool, Curve]]:
        """Curves of the teacher, and of the student of each method where it is a GCN."""
        labels, found = self.graph.labels[self.valid], {}
        teacher = self.config.teacher.build(TEACHERS)
        found[self.job.teacher] = {}
        with watched(lambda _: teacher.evaluate(self.graph)["logits"][self.valid], labels, found[self.job.teacher]):
            teacher.fit(self.observed, seed=self.job.seed)
        _, knowledge = self.teacher()
        rows = gather(self.features, self.valid)
        for method in METHOD_NAMES:
            found[method] = {}
            with watched(lambda module: module(rows).logits, labels, found[method]):
                self.student(method, knowledge)
        return found

    def scores(self) -> Record:
        """Test accuracy, kept epoch and epochs of teacher and students."""
        teacher, knowledge = self.teacher()
        found = {"teacher": self._scored(knowledge["logits"], teacher.history_)}
        for method in METHOD_NAMES:
            result = self.student(method, knowledge)
            with torch.inference_mode():
                logits = result.module(self.features).logits
            found[method] = self._scored(logits, result.history)
        return found

    def _scored(self, logits: Tensor, history: Any) -> Record:
        score = accuracy(logits[self.test], self.graph.labels[self.test])
        return {"test": score, "epoch": history.best_epoch, "epochs": len(history.loss)}


@cache
def loaded(dataset: str, teacher: str, data_root: Path | None) -> tuple[RunConfig, Any]:
    """The resolved configuration and the graph."""
    config = RunConfig(dataset=dataset, teacher=teacher, method="krd", recipe=False)
    return config.resolve(), load_dataset(dataset, data_root)


def judge_all(job: Job, data_root: Path | None) -> Record:
    """What every rule finds of the teacher and the students of a job."""
    trainer = Trainer(job, data_root)
    patience = trainer.config.distill["patience"]
    return {
        model: {name: judged(rule, curves[rule.averaged], job.split, patience) for name, rule in RULES.items()}
        for model, curves in trainer.curves().items()
    }


def score_before(job: Job, data_root: Path | None) -> Record:
    """Scores of a job under the rule that was."""
    with choosing_by(RULES[BEFORE]):
        return score_after(job, data_root)


def score_after(job: Job, data_root: Path | None) -> Record:
    """Scores of a job under the rule that is."""
    return Trainer(job, data_root).scores()


PARTS: dict[str, Callable[[Job, Path | None], Record]] = {
    "rules": judge_all,
    "before": score_before,
    "after": score_after,
}


def measure(part: str, jobs: list[Job], data_root: Path | None, result: Path = RESULT) -> None:
    """Do what is missing of a part; each job is written once it is done."""
    for job in jobs:
        made = json.loads(result.read_text()) if result.exists() else {}
        name = "/".join(map(str, job))
        if name in made.get(part, {}):
            continue
        code = code_of(Distiller, *TEACHERS.classes.values())
        record = {**PARTS[part](job, data_root), "code": code}
        made.setdefault(part, {})[name] = record
        write_json(result, {**made, "environment": environment(torch.device("cpu"))})
        print(f"{part} {name}", flush=True)


def jobs_of(part: str) -> list[Job]:
    """All that a part takes, first initialisations first."""
    splits, starts = (RULE_SPLITS, RULE_STARTS) if part == "rules" else (SPLITS, STARTS)
    return [
        Job(dataset, "gcn", split, start) for start in range(starts) for dataset in DATASETS for split in range(splits)
    ]


def rules_table(path: Path = RESULT) -> str:
    """By model and rule: accuracy and cross-entropy on the judging half, spread of initialisations, epoch."""
    body = []
    for (dataset, model), found in sorted(_judged(path).items()):
        for rule in RULES:
            each = [[one[rule] for one in starts] for starts in found]
            flat = [one for starts in each for one in starts]
            spread = [stdev(one["accuracy"] for one in starts) for starts in each if len(starts) > 1]
            figures = [
                f"{100 * fmean(one['accuracy'] for one in flat):.2f}",
                f"{fmean(one['nll'] for one in flat):.3f}",
            ]
            apart = f"{100 * fmean(spread):.2f}" if spread else ""
            body.append([dataset, model, rule, *figures, apart, f"{fmean(one['epoch'] for one in flat):.0f}"])
    head = ["data", "model", "rule", "accuracy", "cross-entropy", "spread of initialisations", "epoch"]
    return markdown(head, body)


def _judged(path: Path) -> Mapping[tuple[str, str], list[list[Record]]]:
    """(data set, model) -> for each split, what the rules found of each initialisation."""
    found: dict[tuple[str, str], dict[int, list[Record]]] = {}
    for name, record in _made(path, "rules").items():
        dataset, teacher, split, _ = name.rsplit("/", 3)
        for model, by_rule in record.items():
            if model != "code":
                label = f"{model} teacher" if model == teacher else f"{model} of {teacher}"
                found.setdefault((dataset, label), {}).setdefault(int(split), []).append(by_rule)
    return {key: list(splits.values()) for key, splits in found.items()}


def spread_table(path: Path = RESULT) -> str:
    """Before and after: mean, lowest, std of the splits' means, and mean std of the initialisations of a split."""
    made = {rule: _made(path, rule) for rule in ("before", "after")}
    paired = sorted(made["before"].keys() & made["after"].keys())
    body = []
    for dataset in DATASETS:
        for model in ("teacher", *METHOD_NAMES):
            for rule, records in made.items():
                splits: dict[str, list[float]] = {}
                for name in paired:
                    if name.startswith(f"{dataset}/"):
                        splits.setdefault(name.rsplit("/", 3)[2], []).append(100 * records[name][model]["test"])
                if splits:
                    body.append([dataset, model, rule, *_components(list(splits.values()))])
    head = ["data", "model", "rule", "runs", "mean", "lowest", "between splits", "between initialisations"]
    return markdown(head, body)


def _components(splits: list[list[float]]) -> list[str]:
    every = [score for starts in splits for score in starts]
    means = [fmean(starts) for starts in splits]
    within = [stdev(starts) for starts in splits if len(starts) > 1]
    figures = [fmean(every), min(every), pstdev(means)]
    return [str(len(every)), *(f"{value:.2f}" for value in figures), f"{fmean(within):.2f}" if within else ""]


def _made(path: Path, part: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return dict(content.get(part, {}))


def main(arguments: list[str] | None = None) -> int:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="+", choices=list(PARTS))
    parser.add_argument("--data-root", type=Path, help="folder with raw data; default $GNN2MLP_DATA, else downloads")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    for part in options.parts:
        measure(part, jobs_of(part), options.data_root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
