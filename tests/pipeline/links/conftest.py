"""Settings of a small run that predicts links, and its stages."""

from collections.abc import Callable
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


@pytest.fixture
def link_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """Two seeds, few epochs, no latency; 90 nodes, of whose links 10 % are tested."""
    shared = {key: settings[key] for key in ("dataset", "out", "cache", "device", "latency", "seeds")}
    return {
        **shared,
        "task": "link",
        "teacher": {"name": "link", "encoder": {"name": "sage", "hidden": 8}, "width": 8, "epochs": 10},
        "student": {"name": "mlp", "hidden": 8},
        "distill": {"epochs": 10, "batch_size": 45},
        "export": {"context_draws": 2},
    }


@pytest.fixture
def make_link_job(link_settings: dict[str, Any]) -> Callable[..., Job]:
    """A job with the small settings, in production, and some of them changed."""

    def make(**changes: Any) -> Job:
        config = RunConfig(**{**link_settings, "setting": "production", **changes}).resolve()
        graph, store = linked(load_dataset(config.dataset), task_of(config)), Store(link_settings["cache"])
        return Job(config, graph, link_settings["out"], store, torch.device("cpu"), lambda seed, stage: silent)

    return make


@pytest.fixture
def make_link_seed(make_link_job: Callable[..., Job]) -> Callable[..., LinkSeed]:
    """Seed 0 of such a job."""
    return lambda **changes: plan(make_link_job(**changes), 0)
