"""What every stage that trains a student is given, whether nodes, links or whole graphs are predicted.

It imports no registry: what a stage imports is its code, and a new method leaves the students of others as they are.
"""

import copy
from collections.abc import Sequence
from typing import NotRequired, TypedDict

import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress
from gnn2mlp.distill.distiller import Distiller, Learnt
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.start import Start
from gnn2mlp.inputs import Inputs
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.methods import Method
from gnn2mlp.objectives import Objective
from gnn2mlp.students import Student


class Lesson(TypedDict):
    """How a student is trained, beside the data: the keyword arguments that stages of students share.

    Args:
        student: recipe of the network.
        method: how it learns; it builds the objective itself.
        objective: what it will build, so that the code of every term decides, also of those that are found by name.
        inputs: what makes its rows, not yet fitted.
        distiller: how training goes.
        knowledge: what the teacher knows; `None` for a method that reads nothing of it.
        seed: of initialisation, batches, whatever is sampled, and dropout.
        execution: how torch computes; it is so already.
        stage: which of the run's students this is, for listeners and messages.
        device: which device of the kind that `execution` names.
        progress: told after every epoch.
        listeners: told of every training.
        previous: what a deployed student says of the observed nodes, if it is to keep to one.
        anchor: what holds it to that one.
        anchor_weight: how much.
        start: weights from which training starts, if it is not to start afresh.
    """

    student: Student
    method: Method
    objective: Objective
    inputs: Inputs
    distiller: Distiller
    knowledge: TeacherKnowledge | None
    seed: int
    execution: Execution
    stage: str
    device: torch.device
    progress: Progress
    listeners: NotRequired[Sequence[Listener]]
    previous: NotRequired[TeacherKnowledge | None]
    anchor: NotRequired[Objective | None]
    anchor_weight: NotRequired[float]
    start: NotRequired[Start | None]


def learner_of(lesson: Lesson, data: Learnt, student: Student | None = None) -> Learner:
    """What the method of a lesson is given to train on `data`, with `student` in place of the lesson's own."""
    return Learner(
        lesson["distiller"],
        student or lesson["student"],
        data,
        lesson["knowledge"],
        inputs=copy.deepcopy(lesson["inputs"]),
        seed=lesson["seed"],
        device=lesson["device"],
        progress=lesson["progress"],
        listeners=lesson.get("listeners", ()),
        stage=lesson["stage"],
        previous=lesson.get("previous"),
        anchor=lesson.get("anchor"),
        anchor_weight=lesson.get("anchor_weight", 0.0),
        start=lesson.get("start"),
    )
