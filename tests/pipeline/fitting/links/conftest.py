"""A fit of links that is made once."""

import pytest

from gnn2mlp.pipeline import LinkFitConfig, fit
from gnn2mlp.pipeline.fitting.links.fit import LinkFitResult
from gnn2mlp.report import page
from tests.linked_tables import link_settings


@pytest.fixture(scope="session")
def linked(tmp_path_factory: pytest.TempPathFactory) -> LinkFitResult:
    """In production, by time; its page has no pictures, which would take most of the time."""
    folder = tmp_path_factory.mktemp("linked")
    settings = link_settings(folder, time="joined", split={"name": "edges", "new_nodes": 0.2, "test": 0.2})
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(page, "inline_svg", lambda figure, key, description: "<svg/>")
        return fit(LinkFitConfig(**settings, out=folder / "model"))


@pytest.fixture(autouse=True)
def _undrawn(undrawn: pytest.MonkeyPatch) -> None:
    """No fit of these tests draws its page."""
