"""Data sets by name: one file per family. `load_dataset` also takes the path of an `.npz` file."""

from gnn2mlp.data.datasets._base import DATASETS, Dataset, load_dataset, resolve_dataset

__all__ = ["DATASETS", "Dataset", "load_dataset", "resolve_dataset"]
