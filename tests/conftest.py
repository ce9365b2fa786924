"""Fixtures for all tests: where real data lie, a tiny graph, and a cache of their own."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from gnn2mlp.data.graph import GraphData
from tests import helpers
from tests.browser import chromium  # noqa: F401  (a fixture)
from tests.forked import forking

# What other programs begin with is not to be imported here.
collect_ignore = ["short"]
# Taken before any test changes the environment.
_CHOSEN = os.environ.get("GNN2MLP_DATA")
# What starts programs takes longest. It goes first, so that no process is left alone with it at the end.
_SLOWEST = {"test_docs", "test_notebooks", "test_processes", "test_site", "test_gpu_benchmark"}


def find_data_root() -> Path | None:
    """`$GNN2MLP_DATA`, else `../shared/data` beside the checkout, else nothing."""
    root = Path(_CHOSEN) if _CHOSEN else Path(__file__).resolve().parents[2] / "shared" / "data"
    return root if root.is_dir() else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked `cuda` where there is no such device, and `integration` unless asked for; mark pages.

    Files that take longest come first.
    """
    items.sort(key=lambda item: Path(getattr(item, "path", "")).stem not in _SLOWEST)
    if "integration" not in config.getoption("markexpr"):
        for item in items:
            if item.get_closest_marker("integration"):
                item.add_marker(pytest.mark.skip(reason="heavy: make integration"))
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    if not torch.cuda.is_available():
        for item in items:
            if item.get_closest_marker("cuda"):
                item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))


@pytest.fixture(scope="session")
def data_root() -> Path:
    """Folder with raw data of real graphs, only read; tests that need it are skipped where there is none."""
    root = find_data_root()
    if root is None:
        pytest.skip("no raw data: set GNN2MLP_DATA to a folder in the standard layouts")
    return root


@pytest.fixture(scope="session")
def tiny_graph() -> Callable[..., GraphData]:
    """Factory `tiny_graph(seed=0, nodes=60, classes=3, features=12, sparse=False)`."""
    return helpers.tiny_graph


@pytest.fixture(scope="session")
def python() -> Iterator[Path]:
    """What programs of tests that start many are run by: see `tests.forked`."""
    with forking() as found:
        yield found


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads the user's data root or writes to the user's cache."""
    monkeypatch.delenv("GNN2MLP_DATA", raising=False)
    monkeypatch.setenv("GNN2MLP_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Tiny tensors run fastest on one thread, and sums then have one order."""
    torch.set_num_threads(1)
