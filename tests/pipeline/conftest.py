"""A tiny graph and a tiny hypergraph in files, and settings that train on them within a second."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gnn2mlp import RunConfig
from gnn2mlp.core.progress import silent
from gnn2mlp.data import load_dataset
from gnn2mlp.explainers import fit_surrogate
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline import surrogate
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.seed import Seed, plan
from tests.fitted import company_tables, fit_settings, fitted, undrawn  # noqa: F401  (fixtures)
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


@pytest.fixture(scope="module")
def few_epochs() -> Iterator[None]:
    """The surrogate of a tiny graph is soon found."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(surrogate, "fit_surrogate", partial(fit_surrogate, epochs=60))
        yield


@pytest.fixture
def settings(npz: Path, tmp_path: Path) -> dict[str, Any]:
    """Settings of a small run."""
    return small_settings(npz, tmp_path)


def small_settings(dataset: Path, folder: Path) -> dict[str, Any]:
    """Two seeds, few epochs, no latency, no refit."""
    return {
        "dataset": str(dataset),
        "split": {"name": "per_class", "train": 5, "valid": 5},
        "teacher": {"name": "gcn", "hidden": 8, "epochs": 15},
        "student": {"name": "mlp", "hidden": 8},
        "distill": {"epochs": 15},
        "seeds": 2,
        "out": folder / "out",
        "cache": folder / "cache",
        "device": "cpu",
        "latency": False,
        "refit": False,
    }


@pytest.fixture
def hypergraph_settings(settings: dict[str, Any], hypergraph_npz: Path) -> dict[str, Any]:
    """The same with a teacher and a method for hypergraphs."""
    teacher = {"name": "hgnn", "hidden": 8, "epochs": 15}
    return {**settings, "dataset": str(hypergraph_npz), "teacher": teacher, "method": "light_hgnn_plus"}


@pytest.fixture
def make_job(settings: dict[str, Any]) -> Callable[..., Job]:
    """A job with the small settings, inductive, and some of them changed."""

    def make(extra: frozenset[str] = frozenset(), **changes: Any) -> Job:
        config = RunConfig(**{**settings, "setting": "inductive", **changes}).resolve()
        graph, store = load_dataset(config.dataset), Store(settings["cache"])
        return Job(config, graph, settings["out"], store, torch.device("cpu"), lambda seed, stage: silent, extra)

    return make


@pytest.fixture
def make_seed(make_job: Callable[..., Job]) -> Callable[..., Seed]:
    """Seed 0 of such a job."""
    return lambda **changes: plan(make_job(**changes), 0)
