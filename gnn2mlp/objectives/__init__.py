"""Terms of the distillation loss: one file each. They read a `Batch`, never a graph or a teacher.

Example:
    >>> from gnn2mlp.objectives import HardLabels, SoftLabels
    >>> 0.5 * HardLabels() + SoftLabels(temperature=2.0)
    0.5 * Spec('hard_labels') + 1 * Spec('soft_labels', temperature=2.0, ..., table='teacher')
"""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.objectives._base import OBJECTIVES, Objective, RowSet, Term, WeightedSum, check_declared, parse_objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._link_batch import LinkBatch
from gnn2mlp.objectives._needs import PAIRS, TEACHER, knowledge_needs, parse_needs
from gnn2mlp.objectives._reliability import ReliabilityForm, check_draws, reliability_scores

__all__ = [
    "OBJECTIVES",
    "PAIRS",
    "TEACHER",
    "Batch",
    "LinkBatch",
    "Objective",
    "ReliabilityForm",
    "RowSet",
    "Term",
    "WeightedSum",
    "check_declared",
    "check_draws",
    "knowledge_needs",
    "parse_needs",
    "parse_objective",
    "reliability_scores",
]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, OBJECTIVES)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(OBJECTIVES)])
