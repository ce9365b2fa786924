"""What a student is: a recipe for a module that maps feature rows to logits, and to nothing else."""

from abc import ABC, abstractmethod

from torch import nn

from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable


class Student(Configurable, ABC):
    """Builds a graph-free network: `module(x)` takes feature rows alone and returns `MLPOutput(logits, hidden)`."""

    hidden: int

    @abstractmethod
    def build(self, num_features: int, num_classes: int) -> nn.Module:
        """An untrained network for these sizes, initialised from torch's global generator."""


STUDENTS: Registry[Student] = Registry("student", "gnn2mlp.students", Student)  # type: ignore[type-abstract]
