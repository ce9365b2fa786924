"""What turns a node into the row that a student reads: one file each.

Example:
    >>> from gnn2mlp.inputs import Standardise
    >>> Standardise()
    Spec('standardise')
"""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.inputs._base import INPUTS, Inputs, NodeRows

__all__ = ["INPUTS", "Inputs", "NodeRows"]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, INPUTS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(INPUTS)])
