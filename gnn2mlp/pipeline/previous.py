"""A student that is deployed already, and what it says of the nodes that the next one learns from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ArtefactError, DataError, listing
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Observed
from gnn2mlp.deploy.model_files import STUDENT, check_no_network
from gnn2mlp.deploy.predictor import Predictor
from gnn2mlp.distill.learner import PREVIOUS
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.objectives import Objective
from gnn2mlp.objectives.soft_labels import SoftLabels
from gnn2mlp.tasks import Task
from gnn2mlp.tasks.regression import Regression

WEIGHT = 0.5
# What a student is taken to say of a class that it has never heard of.
_UNHEARD = 1e-6


@dataclass(frozen=True, eq=False)
class Previous:
    """What the deployed student answers, and how much the next one is to keep to it.

    The loss is (1 - w) · that of the method + w · KL(previous ‖ student): fewer answers change, at little cost in
    accuracy (Churn Reduction via Distillation, ICLR 2022, arXiv 2106.02654; churn is the share of changed answers).

    Args:
        said: float (nodes, outputs) of all nodes of the data: logits in the order of the data's own classes or labels,
            values of numbers.
        weight: w in 0..1.

    Example:
        >>> task = Regression(["price"], mean=[10.0], scale=[2.0])
        >>> Previous(torch.tensor([[14.0]]), weight=0.5).outputs(task)  # in the units in which students learn
        tensor([[2.]])
    """

    said: Tensor
    weight: float

    @classmethod
    def of(cls, folder: Path, graph: NodeData, weight: float | None = None, table: Any = None) -> "Previous":
        """The answers of the student in a folder.

        Args:
            folder: of a run, a fit, or a student alone.
            graph: all nodes, with the task that names what outputs stand for.
            weight: w; default: 0.5.
            table: the nodes' columns, for a model that reads those; default: it reads the graph's features.

        Raises:
            ArtefactError: if there is no student.
            DataError: if it answers something else, or reads other columns.
        """
        student = deployed(folder)
        if table is None and student.columns is not None:
            raise DataError(f"previous: the model in {folder} reads columns of tables, and {graph.name} has features")
        rows = _rows(student, graph) if table is None else table
        return cls.of_student(student, rows, graph.task, weight, folder)

    @classmethod
    def of_student(
        cls, student: Predictor, rows: Any, task: Task, weight: float | None = None, where: object = "memory"
    ) -> "Previous":
        """The answers of a student to rows as it reads them.

        Args:
            student: that is deployed.
            rows: of all nodes.
            task: that names what outputs stand for.
            weight: w; default: 0.5.
            where: it is, for messages.

        Raises:
            DataError: if it answers something else, or reads other columns.
        """
        return cls(_aligned(student, rows, task, where), WEIGHT if weight is None else weight)

    def outputs(self, task: Task) -> Tensor:
        """The same in the units in which a student of `task` learns."""
        return task.outputs_of(self.said) if isinstance(task, Regression) else self.said

    def anchor(self) -> Objective:
        """The term that holds a student to it."""
        return SoftLabels(table=PREVIOUS)

    def table(self, observed: Observed) -> TeacherKnowledge:
        """What it says of the observed nodes alone."""
        said = self.outputs(observed.task)[observed.node_ids]
        return TeacherKnowledge(observed.node_ids, {"logits": said.float()}, {"teacher": "previous"})


def deployed(folder: Path) -> Predictor:
    """The student in the folder of a run, a fit, or a student alone.

    Raises:
        ArtefactError: if there is none.
    """
    for place in (folder, folder / "student"):
        check_no_network(place)
        if (place / STUDENT).exists() or (place / "config.json").exists():
            return Predictor.load(place)
    raise ArtefactError(f"previous: expected the folder of a run, a fit or a student, found no {STUDENT} in {folder}")


def _rows(student: Predictor, graph: NodeData) -> Any:
    """What a student of features is asked about all nodes of a graph."""
    asked = student.inputs.asked(graph)
    if isinstance(asked, torch.Tensor):
        return asked.numpy()
    return asked.to_scipy() if isinstance(asked, CSR) else asked


def _aligned(student: Predictor, rows: Any, task: Task, folder: object) -> Tensor:
    """Its answers with a column for each output of the task."""
    known, wanted = student.answers.classes, task.answers.classes
    if (known is None) != (wanted is None) or type(student.answers) is not type(task.answers):
        raise DataError(
            f"previous: expected a model of a {task.name} task in {folder}, got one that answers otherwise; name "
            "another folder"
        )
    if known is None or wanted is None:
        said = np.asarray(_answers(student.predict, rows, folder), dtype=np.float32)
        return _columns(torch.from_numpy(said).reshape(len(said), -1), range(task.num_outputs), task, folder)
    logits = torch.from_numpy(np.asarray(_answers(student.decision_function, rows, folder), dtype=np.float32))
    places = {str(name): place for place, name in enumerate(known.tolist())}
    order = [places.get(str(name)) for name in wanted.tolist()]
    if not task.exclusive:
        return _columns(logits, order, task, folder)
    if sum(place is not None for place in order) < 2:
        raise DataError(
            f"previous: expected a model in {folder} that knows two of the classes {listing(task.output_names)}, got "
            f"one of {listing([*places])}"
        )
    log_p = torch.cat([logits.log_softmax(1), torch.full((len(logits), 1), float(np.log(_UNHEARD)))], dim=1)
    return log_p[:, [logits.size(1) if place is None else place for place in order]]


def _answers(ask: Callable[[Any], Any], rows: Any, folder: object) -> Any:
    """What it answers to rows, or a sentence on why it cannot."""
    try:
        return ask(rows)
    except DataError as error:
        raise DataError(
            f"previous: the model in {folder} cannot answer these nodes, on which the next version is compared with "
            f"it: {error}; give it what it reads, or leave it out"
        ) from error


def _columns(said: Tensor, order: Sequence[int | None], task: Task, folder: object) -> Tensor:
    """Columns of outputs that stand for themselves: each has to be there."""
    found = [place for place in order if place is not None and place < said.size(1)]
    if len(found) < len(order) or said.size(1) != task.num_outputs:
        raise DataError(
            f"previous: expected a model in {folder} of the {task.outputs_called} {listing(task.output_names)}, got "
            f"one of {said.size(1)} others"
        )
    return said[:, found]
