"""What distillation gives back."""

from dataclasses import dataclass
from typing import Any

from torch import nn

from gnn2mlp.nn.training import History


@dataclass(frozen=True, eq=False)
class DistillationResult:
    """A trained student and how it came about.

    Args:
        module: the student in evaluation mode, on the CPU, at its best epoch by validation.
        history: loss and validation accuracy per epoch, seconds.
        card: specs of student and distiller, seed, digest of the knowledge.
    """

    module: nn.Module
    history: History
    card: dict[str, Any]
