"""A tiny graph in a file, and settings that train on it within a second."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers import tiny_arrays


@pytest.fixture(scope="session")
def npz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An `.npz` file with 90 nodes of 3 classes, 10 of them unlabelled."""
    x, y, edges = tiny_arrays(nodes=90)
    y = np.where(np.arange(90) < 80, y, -1)
    path = tmp_path_factory.mktemp("graph") / "tiny.npz"
    np.savez(path, x=x, y=y, edge_index=edges)
    return path


@pytest.fixture
def settings(npz: Path, tmp_path: Path) -> dict[str, Any]:
    """Settings of a small run: two seeds, few epochs, no latency."""
    return {
        "dataset": str(npz),
        "split": {"name": "per_class", "train": 5, "valid": 5},
        "teacher": {"name": "gcn", "hidden": 8, "epochs": 15},
        "student": {"name": "mlp", "hidden": 8},
        "distill": {"epochs": 15},
        "seeds": 2,
        "out": tmp_path / "out",
        "cache": tmp_path / "cache",
        "device": "cpu",
        "latency": False,
    }
