from pathlib import Path

import pytest

from gnn2mlp.deploy import write_directory
from tests.deploy.models_of import ABOUT, model


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A model directory with a file beside the student."""
    return write_directory(tmp_path / "model", model(), ABOUT, {"scores.json": b"[]"})
