"""A tiny run whose nodes have names and features of their own, copied for each test that empties it."""

import shutil
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
import torch

from gnn2mlp import RunConfig
from gnn2mlp.core.progress import silent
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import GraphData, read_removal, save_data
from gnn2mlp.knowledge import Store
from gnn2mlp.pipeline.job import Job
from gnn2mlp.pipeline.run import run
from gnn2mlp.pipeline.unlearning.before import before_removal
from gnn2mlp.pipeline.unlearning.opened_run import opened_run
from gnn2mlp.pipeline.unlearning.unlearn import left_of
from gnn2mlp.pipeline.unlearning.unlearner import Forgetting, What
from gnn2mlp.pipeline.views import training_view
from tests.helpers import tiny_graph

# What marks a node is looked for byte by byte.
NODES = 90


def marked() -> GraphData:
    """Nodes with names that nobody else has, and rows of features that no other row equals."""
    graph = tiny_graph(nodes=NODES)
    noise = torch.rand(NODES, 12, generator=torch.Generator().manual_seed(5))
    names = np.array([f"person-{row:04d}-quaint" for row in range(NODES)])
    assert isinstance(graph.features, torch.Tensor)
    return replace(graph, features=graph.features + 0.01 * noise, node_names=names, name="people")


def small(folder: Path, **changes: Any) -> dict[str, Any]:
    """Settings of the run in a folder."""
    return {
        "dataset": {"name": "stored", "path": str(folder / "people.safetensors")},
        "split": {"name": "per_class", "train": 6, "valid": 5},
        "setting": "inductive",
        "teacher": {"name": "gcn", "hidden": 8, "epochs": 12},
        "student": {"name": "mlp", "hidden": 8},
        "distill": {"epochs": 12},
        "seeds": 1,
        "out": folder / "run",
        "cache": folder / "cache",
        "device": "cpu",
        "latency": False,
        "refit": False,
        **changes,
    }


def leave_out_pictures(patch: pytest.MonkeyPatch) -> None:
    """Runs write no report, whose pictures take most of their time."""
    module = import_module("gnn2mlp.pipeline.run")  # its name is also that of the function in it
    patch.setattr(module, "write_report", lambda results, path: path.write_text("left out"))
    module = import_module("gnn2mlp.pipeline.unlearning.unlearn")
    patch.setattr(module, "write_unlearn_report", lambda results, path: path.write_text("left out"))
    patch.setattr(module, "refresh_report", lambda folder: False)


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No report is written; `undo()` has it written again."""
    leave_out_pictures(monkeypatch)
    return monkeypatch


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run, its cache and its data."""
    folder = tmp_path_factory.mktemp("unlearning")
    save_data(folder / "people.safetensors", marked())
    with pytest.MonkeyPatch.context() as patch:
        leave_out_pictures(patch)
        run(RunConfig(**small(folder)), lambda seed, stage: silent, pages=False)
    return folder


@pytest.fixture
def people(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    folder = tmp_path / "copy"
    shutil.copytree(made, folder)
    text = (folder / "run" / "config.yaml").read_text(encoding="utf-8")
    (folder / "run" / "config.yaml").write_text(text.replace(str(made), str(folder)), encoding="utf-8")
    return folder


class Make(Protocol):
    """What there is to forget of the run, before anything happens."""

    def __call__(self, nodes: list[int], edges: Any = None, what: What = "student") -> Forgetting:
        """Of some nodes and edges, by rows."""


@pytest.fixture
def make(made: Path, tmp_path: Path) -> Make:
    """Makes it; new models go into a folder and a cache of the test's own."""

    def forgetting(nodes: list[int], edges: Any = None, what: What = "student") -> Forgetting:
        found = opened_run(made / "run")
        called = np.array(found.graph.node_names)
        removal = read_removal(found.graph, called[nodes], None if edges is None else called[np.array(edges)])
        left, split = left_of(found, removal), found.splits[0]
        config = found.config.model_copy(update={"split": Spec("carried"), "out": tmp_path / "new"}).resolve()
        store, cpu = Store(tmp_path / "new cache"), torch.device("cpu")
        job = Job(config, left, tmp_path / "new", store, cpu, lambda seed, stage: silent)
        before = before_removal(found.folder, found.store, found.graph, split, removal)
        return Forgetting(job, 0, training_view(left, job.split(0)), before, what)

    return forgetting
