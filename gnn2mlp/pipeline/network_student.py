"""The stages `student` and `plain` of a student that needs the graph: it is kept in the form of a fitted teacher."""

from collections.abc import Sequence

import torch

from gnn2mlp.core.identity import Execution
from gnn2mlp.core.listeners import Listener
from gnn2mlp.core.progress import Progress
from gnn2mlp.data.view import Observed
from gnn2mlp.distill.distiller import Distiller
from gnn2mlp.distill.learner import Learner
from gnn2mlp.distill.networks import as_teacher
from gnn2mlp.inputs._base import Inputs
from gnn2mlp.knowledge.knowledge import TeacherKnowledge
from gnn2mlp.methods._base import Method
from gnn2mlp.objectives._base import Objective
from gnn2mlp.students._base import Student
from gnn2mlp.teachers._base import Teacher


def distil_network(
    student: Student,
    method: Method,
    objective: Objective,
    inputs: Inputs,
    distiller: Distiller,
    observed: Observed,
    knowledge: TeacherKnowledge | None,
    seed: int,
    execution: Execution,
    stage: str,
    previous: TeacherKnowledge | None = None,
    anchor: Objective | None = None,
    anchor_weight: float = 0.0,
    *,
    device: torch.device,
    progress: Progress,
    listeners: Sequence[Listener] = (),
) -> Teacher:
    """A trained network that predicts on graphs, as a teacher does.

    Args:
        student: recipe of the network.
        method: how it learns; it builds the objective itself.
        objective: what it will build, so that the code of every term decides.
        inputs: the features as they are.
        distiller: how training goes.
        observed: nodes, links, training labels and validation nodes.
        knowledge: what the teacher knows; `None` for a method that reads nothing of it.
        seed: of initialisation, batches, neighbours and dropout.
        execution: how torch computes; it is so already.
        stage: which of the run's students this is, for listeners and messages.
        previous: what a deployed student says of the observed nodes, if it is to keep to one.
        anchor: what holds it to that one.
        anchor_weight: how much.
        device: which device of the kind that `execution` names.
        progress: told after every epoch.
        listeners: told of every training.
    """
    learner = Learner(
        distiller,
        student,
        observed,
        knowledge,
        inputs=inputs,
        seed=seed,
        device=device,
        progress=progress,
        listeners=listeners,
        stage=stage,
        previous=previous,
        anchor=anchor,
        anchor_weight=anchor_weight,
    )
    return as_teacher(method.learn(learner))
