"""One file per way of splitting; `gnn2mlp.data.split` has the base class and the registry."""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.data.split import SPLITTERS, Split, Splitter

__all__ = ["SPLITTERS", "Split", "Splitter"]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, SPLITTERS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(SPLITTERS)])
