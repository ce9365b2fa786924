"""Teachers, which write `TeacherKnowledge`: one file each.

Example:
    >>> from gnn2mlp.teachers import GCN
    >>> GCN(hidden=64).hidden
    64
"""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.teachers._base import TEACHERS, Export, Teacher, providing
from gnn2mlp.teachers._gnn import GNNTeacher
from gnn2mlp.teachers._graph_level import GraphLevelTeacher, MessageGraphTeacher
from gnn2mlp.teachers._links import LinkTeacher
from gnn2mlp.teachers._network_teacher import NetworkTeacher
from gnn2mlp.teachers._pair_predictor import PairPredictor
from gnn2mlp.teachers.answering import TeacherAnswers

__all__ = [
    "TEACHERS",
    "Export",
    "GNNTeacher",
    "GraphLevelTeacher",
    "LinkTeacher",
    "MessageGraphTeacher",
    "NetworkTeacher",
    "PairPredictor",
    "Teacher",
    "TeacherAnswers",
    "providing",
]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, TEACHERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(TEACHERS)])
