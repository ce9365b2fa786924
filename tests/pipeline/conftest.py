"""A tiny graph and a tiny hypergraph in files, and settings that train on them within a second."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.helpers import tiny_arrays, tiny_hypergraph


@pytest.fixture(scope="session")
def npz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An `.npz` file with 90 nodes of 3 classes, 10 of them unlabelled."""
    x, y, edges = tiny_arrays(nodes=90)
    y = np.where(np.arange(90) < 80, y, -1)
    path = tmp_path_factory.mktemp("graph") / "tiny.npz"
    np.savez(path, x=x, y=y, edge_index=edges)
    return path


@pytest.fixture(scope="session")
def hypergraph_npz(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same nodes in 40 weighted hyperedges; some lie in none."""
    hypergraph = tiny_hypergraph(nodes=90)
    path = tmp_path_factory.mktemp("hypergraph") / "tiny.npz"
    np.savez(
        path,
        x=hypergraph.features.numpy(),
        y=np.where(np.arange(90) < 80, hypergraph.labels.numpy(), -1),
        hyperedge_index=hypergraph.hyperedge_index.numpy(),
        hyperedge_weight=hypergraph.weight.numpy(),
    )
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


@pytest.fixture
def hypergraph_settings(settings: dict[str, Any], hypergraph_npz: Path) -> dict[str, Any]:
    """The same with a teacher and a method for hypergraphs."""
    teacher = {"name": "hgnn", "hidden": 8, "epochs": 15}
    return {**settings, "dataset": str(hypergraph_npz), "teacher": teacher, "method": "light_hgnn_plus"}
