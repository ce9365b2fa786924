"""What every model offers a server."""

from gnn2mlp.serving.links import ServedLinks
from gnn2mlp.serving.model import ServedModel
from gnn2mlp.serving.version import Version


def test_models_of_rows_and_of_links_are_versions(model: ServedModel, pages: ServedLinks) -> None:
    for one in (model, pages):
        assert isinstance(one, Version)
        assert one.config["files"]
        assert len(one.version) == 12
        hash(one.edition)
    assert (model.edition, model.labels, pages.labels) == (model.version, ["bar", "shop", "zoo"], ())
