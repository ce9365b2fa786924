"""What tests of a server share: its libraries, models, and clients."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.serving import NodeFiles, Settings
from gnn2mlp.serving.links import ServedLinks, load_links
from gnn2mlp.serving.model import ServedModel, load_model
from tests.serving import linked, served

pytest.importorskip("fastapi", reason="needs the extra 'serve'")
pytest.importorskip("prometheus_client", reason="needs the extra 'serve'")
pytest.importorskip("httpx2", reason="needs httpx2, which FastAPI's test client asks with")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory of columns of every kind; it is read only."""
    return served.saved(tmp_path_factory.mktemp("served") / "places", served.of_columns())


@pytest.fixture(scope="session")
def model(folder: Path) -> ServedModel:
    """The model in it."""
    return load_model(folder)


@pytest.fixture(scope="session")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> ServedModel:
    """A model of four named numbers, calibrated."""
    return served.loaded(tmp_path_factory.mktemp("served") / "numbers", served.of_numbers())


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Any]:
    """Asks a server of that directory."""
    from fastapi.testclient import TestClient

    from gnn2mlp.serving import create_app

    with TestClient(create_app(folder, Settings(watch=0))) as made:
        yield made


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a model of links, `pages`, and tables for it; it is read only."""
    made = tmp_path_factory.mktemp("linked")
    linked.saved(made)
    linked.files(made)
    return made


@pytest.fixture(scope="session")
def pages(tables: Path) -> ServedLinks:
    """That model with its nodes."""
    return load_links(tables / "pages", files=NodeFiles(tables / "nodes.parquet"))
