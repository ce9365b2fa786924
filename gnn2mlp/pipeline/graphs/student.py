"""The stages `student` and `mlp` of whole graphs: a network of sets learns from a teacher, or from labels alone."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress
from gnn2mlp.data.graphs import ObservedGraphs
from gnn2mlp.deploy.graph_predictor import GraphPredictor
from gnn2mlp.deploy.node_fields import NodeFields
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.inputs._base import Inputs
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.methods._base import Method
from gnn2mlp.objectives._base import Objective
from gnn2mlp.pipeline.stage import Origin
from gnn2mlp.students._base import Student
from gnn2mlp.tasks._base import Task


def distil_graph_student(
    student: Student,
    method: Method,
    objective: Objective,
    inputs: Inputs,
    distiller: Distiller,
    observed: ObservedGraphs,
    knowledge: TeacherKnowledge | None,
    seed: int,
    execution: Execution,
    task: Task,
    fields: NodeFields,
    dataset: str,
    stage: str,
    *,
    device: torch.device,
    progress: Progress,
    listeners: Sequence[Listener] = (),
) -> GraphPredictor:
    """A trained student that answers for graphs in the user's own values.

    Args:
        student: recipe of the network.
        method: how it learns; it builds the objective itself.
        objective: what it will build, so that the code of every term decides.
        inputs: what makes rows of nodes.
        distiller: how training goes.
        observed: nodes, training labels and validation graphs.
        knowledge: what the teacher knows; `None` for a method that reads nothing of it.
        seed: of initialisation, batches and dropout.
        execution: how torch computes; it is so already.
        task: with the names of what it answers, which training was not given.
        fields: what a node has, by the names that training was not given.
        dataset: its name, for the card.
        stage: which of the run's students this is, for listeners and messages.
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
    )
    result = method.learn(learner)
    learnt = result.task if result.task is not None else observed.task
    card = {**result.card, "history": result.history.to_dict(), "dataset": dataset}
    return GraphPredictor(result.student or student, result.module, fields, learnt.with_names(task).answers, card)


def save_graph_student(path: Path, student: GraphPredictor, origin: Origin) -> None:
    """Write the student alone, and into its card how it came about, as the file `path`."""
    student.card["made"] = origin.to_dict()
    student.save_file(path)


def load_graph_student(path: Path) -> tuple[GraphPredictor, Any]:
    """The student and what its card says of how it came about."""
    student = GraphPredictor.load(path.parent)
    return student, student.card.get("made")
