"""Distillation methods: one file per paper, a few lines each."""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.methods._base import METHODS, Method

__all__ = ["METHODS", "Method"]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, METHODS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(METHODS)])
