"""What every model of a seed says of the nodes, and the figures that are read from it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from torch import Tensor

from gnn2mlp.data.view import Full
from gnn2mlp.evaluate import (
    by_population,
    class_counts,
    diagram_by_mass,
    expected_calibration_error,
    populations,
    reliability_diagram,
)
from gnn2mlp.tasks import Task


def metric_of(task: Task, output: Tensor, labels: Tensor) -> float:
    """The figure by which a task is judged, of outputs whose labels are all known."""
    return task.metrics[task.metric].value(task, output, labels)


class NodeAnswers:
    """Logits of all nodes by model, among them `"teacher"` and `"student"`, and how the task judges them.

    A threshold that is to be chosen is chosen for each model on validation nodes, as the student's was that ships.

    Args:
        logits: (nodes, outputs) by model, and then by what was read: `"observed"`, `"full"` and, where there are unseen
            nodes, `"cold"`.
        task: which judges.
        full: labels of all nodes, and the split.
        unseen_share: share of unseen nodes in production.
    """

    def __init__(self, logits: Mapping[str, Mapping[str, Tensor]], task: Task, full: Full, unseen_share: float):
        self.logits = logits
        self.task = task
        self.labels = full.labels
        self.split = full.split
        self.unseen_share = unseen_share
        valid = self.split.valid
        self.tasks = {one: task.with_threshold(self.of(one, "seen", valid), self.labels[valid]) for one in logits}

    def of(self, model: str, population: str, ids: Tensor) -> Tensor:
        """What a model says of some nodes, as members of a population."""
        return self.logits[model][{"seen": "observed", "cold": "cold"}.get(population, "full")][ids]

    def scores(self) -> dict[str, dict[str, float]]:
        """The task's metric by model and population."""
        return {model: self._each(partial(self._score, model)) for model in self.logits}

    def calibration_errors(self) -> dict[str, dict[str, float]]:
        """Expected calibration error by model and population, of a task of classes."""
        return {model: self._each(partial(self._calibration_error, model)) for model in self.logits}

    def fidelity(self) -> dict[str, float]:
        """How often the student answers as its teacher does, by population."""
        return self._each(self._agreement)

    def churn(self, deployed: Tensor) -> dict[str, dict[str, float]]:
        """Share of answers that are others than those of `deployed` (nodes, outputs), by model and population."""
        return {model: self._each(partial(self._changed, model, deployed)) for model in self.logits}

    def diagrams(self) -> dict[str, dict[str, Any]]:
        """How often models are right that are so sure, on test nodes: bins of one width, and bins of as many nodes."""
        return {"reliability": self._drawn(reliability_diagram), "calibration": self._drawn(diagram_by_mass)}

    def by_class(self) -> dict[str, dict[str, Any]]:
        """Right and wrong answers of each class by population and model, of a task that decides.

        Cold nodes, whose answers are a figure and no table, are left out.
        """
        warm = {group: ids for group, ids in populations(self.split).items() if group != "cold"}
        return {group: {model: self._counts(model, group, ids) for model in self.logits} for group, ids in warm.items()}

    def _each(self, metric: Callable[[str, Tensor], float]) -> dict[str, float]:
        return by_population(self.split, metric, self.unseen_share)

    def _score(self, model: str, population: str, ids: Tensor) -> float:
        return metric_of(self.tasks[model], self.of(model, population, ids), self.labels[ids])

    def _calibration_error(self, model: str, population: str, ids: Tensor) -> float:
        return expected_calibration_error(self.of(model, population, ids), self.labels[ids])

    def _agreement(self, population: str, ids: Tensor) -> float:
        return self.task.agreement(self.of("student", population, ids), self.of("teacher", population, ids))

    def _changed(self, model: str, deployed: Tensor, population: str, ids: Tensor) -> float:
        return 1 - self.task.agreement(self.of(model, population, ids), deployed[ids])

    def _drawn(self, diagram: Callable[[Tensor, Tensor], Any]) -> dict[str, Any]:
        test, labels = self.split.test, self.labels[self.split.test]
        return {model: diagram(self.of(model, "test", test), labels)._asdict() for model in self.logits}

    def _counts(self, model: str, population: str, ids: Tensor) -> dict[str, Any]:
        decided = self.tasks[model].decide(self.of(model, population, ids))  # type: ignore[attr-defined]
        return class_counts(decided, self.labels[ids], self.task.num_outputs)._asdict()
