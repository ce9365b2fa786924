"""Data sets by name: one file per family. `load_dataset` also takes the path of an `.npz` file."""

from typing import Any

from gnn2mlp.core.registry import offered, python_names
from gnn2mlp.data.datasets._base import DATASETS, Dataset, load_dataset, resolve_dataset

__all__ = ["DATASETS", "Dataset", "load_dataset", "resolve_dataset"]


def __getattr__(name: str) -> Any:
    return offered(__name__, name, DATASETS)


def __dir__() -> list[str]:
    return sorted([*__all__, *python_names(DATASETS)])
