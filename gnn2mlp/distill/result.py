"""What distillation gives back."""

from dataclasses import dataclass, field
from typing import Any

from torch import nn

from gnn2mlp.core.showing import short_repr
from gnn2mlp.inputs import Inputs
from gnn2mlp.inputs.features import OwnFeatures
from gnn2mlp.nn.training import History
from gnn2mlp.objectives import Objective
from gnn2mlp.students import Student
from gnn2mlp.tasks import Task


@dataclass(frozen=True, eq=False)
class DistillationResult:
    """A trained student and how it came about.

    Args:
        module: the student in evaluation mode, on the CPU, at its best epoch by validation.
        num_features: width of the rows that it reads.
        history: loss and validation score per epoch, seconds.
        card: specs of student, inputs and distiller, seed, digest of the knowledge.
        inputs: what makes the rows that `module` reads, fitted. What could be folded into the module is no part of it.
        task: what its outputs stand for, with the threshold that was chosen, if any was; `None` where it was not kept.
        objective: as training left it, with what it learnt; `None` where it was not kept.
        student: the recipe of `module`, where that is not the student that was to be trained: a method may ship
            another, such as several as one. It is saved with the module and builds it again. Also of one that needs the
            graph, which `gnn2mlp.distill.networks.as_teacher` reads.
    """

    module: nn.Module
    num_features: int
    history: History
    card: dict[str, Any]
    inputs: Inputs = field(default_factory=OwnFeatures)
    task: Task | None = None
    objective: Objective | None = None
    student: Student | None = None

    __repr__ = short_repr
