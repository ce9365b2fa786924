"""A study of a tiny graph whose cells train within a second."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gnn2mlp.studies import Study
from tests.helpers import tiny_arrays


@pytest.fixture(scope="session")
def npz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An `.npz` file with 90 nodes of 3 classes."""
    x, y, edges = tiny_arrays(nodes=90)
    path = tmp_path_factory.mktemp("graph") / "tiny.npz"
    np.savez(path, x=x, y=y, edge_index=edges)
    return path


@pytest.fixture
def make_study(npz: Path, tmp_path: Path) -> Callable[..., Study]:
    """Two teachers, one method, inductive, two splits; some settings changed."""

    def make(**changes: Any) -> Study:
        settings: dict[str, Any] = {
            "name": "tiny",
            "datasets": [str(npz)],
            "settings": ["inductive"],
            "teachers": ["gcn", "sage"],
            "methods": ["glnn"],
            "splits": 2,
            "run": {
                "split": {"name": "per_class", "train": 5, "valid": 5},
                "teacher": {"hidden": 8, "epochs": 6},
                "student": {"hidden": 8},
                "distill": {"epochs": 6},
            },
            "out": tmp_path / "study",
            "cache": tmp_path / "cache",
            "device": "cpu",
        }
        return Study(**{**settings, **changes})

    return make
