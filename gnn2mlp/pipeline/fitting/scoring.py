"""The stage of scores: every model on the same test rows, once, with intervals, and what distilling brings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.identity import Execution
from gnn2mlp.data.split import Split
from gnn2mlp.data.view import Full, Observed
from gnn2mlp.deploy.calibration import calibrate
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.evaluate.by_class import class_counts
from gnn2mlp.evaluate.churn import churn
from gnn2mlp.evaluate.intervals import Interval, bootstrap_interval, difference_interval, share_interval
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.nn.training import History
from gnn2mlp.pipeline.fitting.baselines import Answers
from gnn2mlp.pipeline.fitting.verdict import verdict
from gnn2mlp.pipeline.scoring import student_logits, teacher_logits, told_of_metric, with_best
from gnn2mlp.pipeline.trust_figures import trust_figures
from gnn2mlp.tasks import Task
from gnn2mlp.teachers import Teacher

POPULATIONS = ("seen", "unseen", "test")
# Scores beside the one that judges, by task.
_BESIDE = ("balanced_accuracy", "macro_f1")


@dataclass(frozen=True)
class Judge:
    """How outputs are compared: by the metric of the task, on one group of nodes."""

    task: Task
    labels: Tensor

    @property
    def counts_answers(self) -> bool:
        """Whether the metric is the share of right answers, for which intervals are known."""
        return self.task.exclusive and self.task.metric == "accuracy"

    def score(self, task: Task, output: Tensor, ids: Tensor) -> Interval:
        """The score of a model with its interval; `task` has the threshold of the model, if there is one."""
        known = ids[task.known(self.labels[ids])]
        if self.counts_answers:
            return share_interval(self._right(task, output, known))
        measure = partial(_measured, task, output[known], self.labels[known])
        return bootstrap_interval(measure, known.numel())

    def difference(self, ours: tuple[Task, Tensor], theirs: tuple[Task, Tensor], ids: Tensor) -> Interval:
        """How much better ours is; above 0 ours is the better one, also of errors."""
        known = ids[self.task.known(self.labels[ids])]
        if self.counts_answers:
            return difference_interval(self._right(*ours, known), self._right(*theirs, known))
        labels, sign = self.labels[known], 1.0 if self.task.metrics[self.task.metric].greater_is_better else -1.0
        measures = [partial(_measured, task, output[known], labels) for task, output in (ours, theirs)]
        return bootstrap_interval(lambda places: sign * (measures[0](places) - measures[1](places)), known.numel())

    def _right(self, task: Any, output: Tensor, ids: Tensor) -> np.ndarray:
        return np.asarray((task.decide(output[ids]) == self.labels[ids]).numpy())


def score_models(
    teacher: Teacher,
    knowledge: TeacherKnowledge,
    mlp: Predictor,
    student: Predictor,
    linear: Answers,
    boosting: Answers,
    observed: Observed,
    full: Full,
    execution: Execution,
    previous: Tensor | None = None,
    *,
    device: torch.device,
) -> dict[str, Any]:
    """Score teacher, student, plain MLP, linear model and boosted trees on seen and unseen test rows.

    The teacher answers for seen rows with the edges that it was trained on, for unseen ones with all; the others read
    columns alone. Test labels are read here and nowhere else.

    Args:
        teacher: trained.
        knowledge: what it wrote down of the observed rows.
        mlp: the student's network, trained on labels alone.
        student: the student that learnt from the teacher.
        linear: what the linear model says of validation and test rows, in this order.
        boosting: what boosted trees say of them.
        observed: what all of them were trained on.
        full: the graph with all labels, and the split.
        execution: how torch computes; it is so already.
        previous: what a deployed student says of all rows; then `churn` tells by model how many of its answers are
            others now.
        device: which device of the kind that `execution` names.

    Returns:
        `metric`, `scores` (model, population, value with its interval), `beside` (other metrics), `differences` (the
        student's, by rival), `agreement` with the teacher, `verdict`, `trust` (see
        `gnn2mlp.pipeline.trust_figures`; of several labels the calibration alone), `history` and `seconds`.
    """
    of_teacher = teacher_logits(teacher, knowledge, full, device)
    alone = {
        "student": student_logits(student, full),
        "mlp": student_logits(mlp, full),
        **{
            name: _placed(answers, full.split, full.labels.size(0))
            for name, answers in (("linear", linear), ("boosting", boosting))
        },
    }
    split, labels, judge = full.split, full.labels, Judge(observed.task, full.labels)

    def output(model: str, population: str) -> Tensor:
        return of_teacher["full" if population == "unseen" else "observed"] if model == "teacher" else alone[model]

    outputs = {model: {p: _joined(output, model, p, split) for p in POPULATIONS} for model in ("teacher", *alone)}
    groups = {"seen": split.seen, "unseen": split.unseen}
    # A threshold that is to be chosen is chosen for each model, as the student's was that ships.
    valid = split.valid
    tasks = {m: observed.task.with_threshold(by["seen"][valid], labels[valid]) for m, by in outputs.items()}
    judged = {model: {p: (tasks[model], output) for p, output in by.items()} for model, by in outputs.items()}
    scores = {
        model: {p: judge.score(*by[p], ids)._asdict() for p, ids in groups.items()} for model, by in judged.items()
    }
    ours = judged["student"]
    differences = {
        rival: {p: judge.difference(ours[p], by[p], ids)._asdict() for p, ids in groups.items()}
        for rival, by in judged.items()
        if rival != "student"
    }
    histories = {"teacher": teacher.history_.to_dict(), "mlp": mlp.card["history"], "student": student.card["history"]}
    metric = {"name": observed.task.metric, **told_of_metric(observed.task)}
    record = {
        "metric": metric,
        "scores": scores,
        "beside": _beside(tasks, outputs, labels, groups),
        "differences": differences,
        "agreement": _agreement(observed.task, outputs["student"], outputs["teacher"], split),
        **({} if previous is None else _changes(observed.task, outputs, previous, labels, split)),
        **_by_class(tasks, outputs, labels, groups, full.graph.class_names),
        "baselines": {"linear": linear.about, "boosting": boosting.about},
        "history": {model: with_best(history) for model, history in histories.items() if history["valid"]},
        "notes": [f"{model}: {note}" for model, h in histories.items() if (note := History(**h).note())],
        "seconds": {
            **{model: history["seconds"] for model, history in histories.items()},
            **_seconds(linear, boosting),
        },
        "trust": _trust(student, alone["student"], full, knowledge, of_teacher),
    }
    return {**record, "verdict": verdict(scores, differences, metric)}


def _agreement(task: Task, ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor], split: Split) -> dict[str, float]:
    """How often two models answer alike, by population."""
    groups = {"seen": split.seen, "unseen": split.unseen, "test": split.test}
    return {p: task.agreement(ours[p][ids], theirs[p][ids]) for p, ids in groups.items()}


def _changes(
    task: Task, outputs: Mapping[str, Mapping[str, Tensor]], previous: Tensor, labels: Tensor, split: Split
) -> dict[str, Any]:
    """How many answers of each model, and which of the student, are others than those of a deployed student."""
    deployed = dict.fromkeys(POPULATIONS, previous)
    alike = {model: _agreement(task, by, deployed, split) for model, by in outputs.items()}
    told: dict[str, Any] = {"churn": {m: {p: 1 - share for p, share in by.items()} for m, by in alike.items()}}
    if task.exclusive:
        groups = {"seen": split.seen, "unseen": split.unseen}
        told["changed"] = _changed(task, outputs["student"], previous, labels, groups)
    return told


def _changed(
    task: Task, student: Mapping[str, Tensor], previous: Tensor, labels: Tensor, groups: Mapping[str, Tensor]
) -> dict[str, Any]:
    """Which answers of the deployed student, each of them a class, are others now, by population and class."""
    decide = task.decide  # type: ignore[attr-defined]
    before = decide(previous)
    return {
        population: churn(
            before[ids].numpy(), decide(student[population][ids]).numpy(), task.num_outputs, labels[ids].numpy()
        ).record()
        for population, ids in groups.items()
    }


def _by_class(
    tasks: Mapping[str, Task],
    outputs: Mapping[str, Mapping[str, Tensor]],
    labels: Tensor,
    groups: Mapping[str, Tensor],
    names: Sequence[str],
) -> dict[str, Any]:
    """Counts by population and model of each class, or label, and their names; nothing of numbers."""
    task = tasks["student"]
    if not hasattr(task, "decide"):
        return {}
    counts = {
        population: {
            model: class_counts(one.decide(outputs[model][population][ids]), labels[ids], one.num_outputs)._asdict()  # type: ignore[attr-defined]
            for model, one in tasks.items()
        }
        for population, ids in groups.items()
    }
    return {"by_class": counts, "class_names": list(names)}


def _trust(
    student: Predictor, outputs: Tensor, full: Full, knowledge: TeacherKnowledge, teacher: Mapping[str, Tensor]
) -> dict[str, Any]:
    """What validation says of the student's probabilities, and whether that holds on test rows; nothing of numbers."""
    if full.graph.task.exclusive:
        return trust_figures(student, full, knowledge, teacher)
    if student.answers.classes is None:
        return {}
    valid = full.split.valid
    return {"calibration": calibrate(outputs[valid].numpy(), full.labels[valid].numpy()).facts()}


def _measured(task: Task, output: Tensor, labels: Tensor, places: np.ndarray) -> float:
    ids = torch.from_numpy(places)
    return task.metrics[task.metric].value(task, output[ids], labels[ids])


def _placed(answers: Answers, split: Split, rows: int) -> Tensor:
    """Outputs for validation and test rows at their places among all rows; NaN elsewhere."""
    placed = torch.full((rows, answers.outputs.size(1)), float("nan"))
    placed[torch.cat([split.valid, split.test])] = answers.outputs
    return placed


def _joined(output: Callable[[str, str], Tensor], model: str, population: str, split: Split) -> Tensor:
    """Outputs of a population; of all test rows each as its own population has it."""
    if population != "test":
        return output(model, population)
    both = output(model, "seen").clone()
    both[split.unseen] = output(model, "unseen")[split.unseen]
    return both


def _beside(
    tasks: Mapping[str, Task], outputs: Mapping[str, Mapping[str, Tensor]], labels: Tensor, groups: Mapping[str, Tensor]
) -> dict[str, dict[str, dict[str, float | None]]]:
    """By metric, model and population: what the metric that judges does not tell, such as of rare classes."""
    some = next(iter(tasks.values()))
    names = [name for name in some.metrics if name != some.metric and (not some.exclusive or name in _BESIDE)]

    def value(name: str, model: str, population: str) -> float | None:
        ids = groups[population]
        known = ids[some.known(labels[ids])]
        found = some.metrics[name].value(tasks[model], outputs[model][population][known], labels[known])
        return None if found != found else found

    return {name: {model: {p: value(name, model, p) for p in groups} for model in tasks} for name in names}


def _seconds(linear: Answers, boosting: Answers) -> dict[str, float]:
    return {"linear": linear.about["seconds"], "boosting": boosting.about["seconds"]}
