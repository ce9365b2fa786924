"""The stages `student` and `mlp`: a graph-free network is trained on what the teacher knows, or on labels alone."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress
from gnn2mlp.data.view import Observed
from gnn2mlp.deploy.predictor import FILE, Predictor
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.start import Start
from gnn2mlp.inputs._base import Inputs
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.methods._base import Method
from gnn2mlp.objectives._base import Objective
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.students._base import Student
from gnn2mlp.tasks._base import Task


def distil_student(
    student: Student,
    method: Method,
    objective: Objective,
    inputs: Inputs,
    distiller: Distiller,
    observed: Observed,
    knowledge: TeacherKnowledge | None,
    seed: int,
    execution: Execution,
    task: Task,
    feature_names: Sequence[str] | None,
    dataset: str,
    stage: str,
    previous: TeacherKnowledge | None = None,
    anchor: Objective | None = None,
    anchor_weight: float = 0.0,
    start: Start | None = None,
    *,
    device: torch.device,
    progress: Progress,
    listeners: Sequence[Listener] = (),
) -> Predictor:
    """A trained student that answers in the user's own values.

    Args:
        student: recipe of the network.
        method: how it learns; it builds the objective itself.
        objective: what it will build, so that the code of every term decides, also of those that are found by name.
        inputs: what makes its rows, not yet fitted.
        distiller: how training goes.
        observed: features, training labels and validation nodes.
        knowledge: what the teacher knows; `None` for a method that reads nothing of it.
        seed: of initialisation, batches and dropout.
        execution: how torch computes; it is so already.
        task: with the names of what it answers, which training was not given.
        feature_names: of the columns, if they have names.
        dataset: its name, for the card.
        stage: which of the run's students this is, for listeners and messages.
        previous: what a deployed student says of the observed nodes, if it is to keep to one.
        anchor: what holds it to that one.
        anchor_weight: how much.
        start: weights from which training starts, if it is not to start afresh.
        device: which device of the kind that `execution` names.
        progress: told after every epoch.
        listeners: told of every training.
    """
    learner = Learner(
        distiller,
        student,
        observed,
        knowledge,
        inputs=copy.deepcopy(inputs),
        seed=seed,
        device=device,
        progress=progress,
        listeners=listeners,
        stage=stage,
        previous=previous,
        anchor=anchor,
        anchor_weight=anchor_weight,
        start=start,
    )
    result = method.learn(learner)
    student = result.student or student
    learnt = result.task if result.task is not None else observed.task
    task = learnt.with_names(task)
    card = {**result.card, "history": result.history.to_dict(), "dataset": dataset}
    if not result.inputs.of_features:  # the columns of its rows are not those of the features
        return Predictor(student, result.module, result.num_features, task, card, inputs=result.inputs)
    width = observed.graph.num_features
    return Predictor(student, result.module, width, task, card, feature_names, result.inputs)


def save_student(path: Path, student: Predictor, origin: Origin) -> None:
    """Write the student alone, and into its card how it came about, as the file `path`."""
    assert path.name == FILE, "a student's folder holds a file of this name"
    student.card["made"] = origin.to_dict()
    student.save_file(path)


def load_student(path: Path) -> tuple[Predictor, Any]:
    """The student and what its card says of how it came about."""
    student = Predictor.load(path.parent)
    return student, student.card.get("made")
