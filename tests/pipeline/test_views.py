import torch

from gnn2mlp.core.identity import fingerprint
from gnn2mlp.data.view import Views
from gnn2mlp.pipeline.views import scoring_view, training_view
from tests.tiny import tiny_views


def test_training_sees_what_is_observed_and_no_names() -> None:
    views = tiny_views("inductive")
    view = training_view(views.full.graph, views.full.split)
    expected = Views.of(views.full.graph, views.full.split).observed
    for name in ("node_ids", "train", "valid"):
        assert torch.equal(getattr(view, name), getattr(expected, name))
    assert torch.equal(view.graph.labels, expected.graph.labels)
    assert torch.equal(view.graph.edge_index, expected.graph.edge_index)
    assert view.graph.class_names == ("0", "1", "2")
    assert (view.graph.name, view.graph.feature_names) == ("graph", None)


def test_scoring_sees_all_of_one_split() -> None:
    views = tiny_views("inductive")
    full = scoring_view(views.full.graph, views.full.split)
    assert torch.equal(full.graph.labels, views.full.graph.labels)
    assert (full.graph.name, full.graph.class_names) == (views.full.graph.name, views.full.graph.class_names)
    assert full.graph.own_splits == ()
    assert full.split is views.full.split


def test_equal_views_have_equal_fingerprints() -> None:
    one, other = tiny_views("inductive"), tiny_views("inductive")
    for view in (training_view, scoring_view):
        assert fingerprint(view(one.full.graph, one.full.split)) == fingerprint(
            view(other.full.graph, other.full.split)
        )
