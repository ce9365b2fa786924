"""Settings of a small run that predicts links, and its stages."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from gnn2mlp import RunConfig
from gnn2mlp.core.progress import silent
from gnn2mlp.data import load_dataset
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.links.opening import task_of
from gnn2mlp.pipeline.links.seed import LinkSeed, plan
from gnn2mlp.pipeline.links.views import linked


def small_settings(npz: Path, folder: Path) -> dict[str, Any]:
    """Two seeds, few epochs, no latency; 90 nodes, of whose links 10 % are tested."""
    return {
        "task": "link",
        "dataset": str(npz),
        "teacher": {"name": "link", "encoder": {"name": "sage", "hidden": 8}, "width": 8, "epochs": 8},
        "student": {"name": "mlp", "hidden": 8},
        "distill": {"epochs": 8, "batch_size": 45},
        "export": {"context_draws": 2},
        "seeds": 2,
        "out": folder / "out",
        "cache": folder / "cache",
        "device": "cpu",
        "latency": False,
    }


def job_of(settings: dict[str, Any]) -> Job:
    """A job with these settings."""
    config = RunConfig(**settings).resolve()
    graph = linked(load_dataset(config.dataset), task_of(config))
    return Job(config, graph, settings["out"], Store(settings["cache"]), torch.device("cpu"), lambda *stage: silent)


@pytest.fixture
def link_settings(npz: Path, tmp_path: Path) -> dict[str, Any]:
    """The small settings, transductive."""
    return small_settings(npz, tmp_path)


@pytest.fixture
def make_link_job(link_settings: dict[str, Any]) -> Callable[..., Job]:
    """A job with the small settings, in production, and some of them changed."""
    return lambda **changes: job_of({**link_settings, "setting": "production", **changes})


@pytest.fixture
def make_link_seed(make_link_job: Callable[..., Job]) -> Callable[..., LinkSeed]:
    """Seed 0 of such a job."""
    return lambda **changes: plan(make_link_job(**changes), 0)


@pytest.fixture(scope="session")
def link_job(npz: Path, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Such a job, whose models are trained once for all tests that only look at them."""
    return job_of({**small_settings(npz, tmp_path_factory.mktemp("links")), "setting": "production"})


@pytest.fixture(scope="session")
def link_seed(link_job: Job) -> LinkSeed:
    """Its seed 0."""
    return plan(link_job, 0)
