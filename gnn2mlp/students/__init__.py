"""Graph-free students: one file each."""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.students._base import STUDENTS, Student, check_graph_free
from gnn2mlp.students._link import LinkStudent
from gnn2mlp.students._link_mixture import LinkMixture

__all__ = ["STUDENTS", "LinkMixture", "LinkStudent", "Student", "check_graph_free"]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, STUDENTS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(STUDENTS)])
