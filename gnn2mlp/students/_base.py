"""What a student is: a recipe for a module that maps feature rows to logits, and to nothing else."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar

from torch import nn

from gnn2mlp.core.registry import Registry
from gnn2mlp.core.spec import Configurable
from gnn2mlp.nn.csr import CSR


class Student(Configurable, ABC):
    """Builds a graph-free network: `module(x)` takes feature rows alone and returns `MLPOutput(logits, hidden)`.

    Attributes:
        hidden: width of `MLPOutput.hidden`.
        reads_sparse: whether the network takes rows as `CSR` too; if not, such rows reach it dense, as any
            `torch.nn.Linear` expects them.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> class Shallow(Student):
        ...     name, hidden = "shallow", 16
        ...
        ...     def build(self, num_features, num_classes):
        ...         return Net(num_features, self.hidden, num_classes)
        >>> class Net(nn.Module):
        ...     def __init__(self, num_features, hidden, num_classes):
        ...         super().__init__()
        ...         self.first, self.last = nn.Linear(num_features, hidden), nn.Linear(hidden, num_classes)
        ...
        ...     def forward(self, x):
        ...         hidden = self.first(x).tanh()
        ...         return MLPOutput(self.last(hidden), hidden)
        >>> network = Shallow().network(num_features=100, num_classes=3)
        >>> network(CSR.from_dense(torch.eye(100))).logits.shape
        torch.Size([100, 3])
    """

    hidden: int
    reads_sparse: ClassVar[bool] = False

    @abstractmethod
    def build(self, num_features: int, num_classes: int) -> nn.Module:
        """An untrained network for these sizes, initialised from torch's global generator."""

    def network(self, num_features: int, num_classes: int) -> nn.Module:
        """What is trained and shipped: what `build` gives, made to take sparse rows in any case."""
        module = self.build(num_features, num_classes)
        if not self.reads_sparse:
            module.register_forward_pre_hook(_as_dense)
        return module


def _as_dense(module: nn.Module, rows: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(each.to_dense() if isinstance(each, CSR) else each for each in rows)


STUDENTS: Registry[Student] = Registry("student", "gnn2mlp.students", Student)  # type: ignore[type-abstract]
