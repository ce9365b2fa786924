import torch

from gnn2mlp.core.identity import fingerprint
from gnn2mlp.data.view import Task
from gnn2mlp.pipeline.views import scoring_view, training_view
from tests.tasks import tiny_task


def test_training_sees_what_is_observed_and_no_names() -> None:
    task = tiny_task("inductive")
    view = training_view(task.graph, task.split)
    expected = Task(task.graph, task.split).observed
    for name in ("node_ids", "train", "valid"):
        assert torch.equal(getattr(view, name), getattr(expected, name))
    assert torch.equal(view.graph.labels, expected.graph.labels)
    assert torch.equal(view.graph.edge_index, expected.graph.edge_index)
    assert view.graph.class_names == ("0", "1", "2")
    assert (view.graph.name, view.graph.feature_names) == ("graph", None)


def test_scoring_sees_all_of_one_split() -> None:
    task = tiny_task("inductive")
    full = scoring_view(task.graph, task.split)
    assert torch.equal(full.graph.labels, task.graph.labels)
    assert (full.graph.name, full.graph.class_names) == (task.graph.name, task.graph.class_names)
    assert full.graph.own_splits == ()
    assert full.split is task.split


def test_equal_views_have_equal_fingerprints() -> None:
    one, other = tiny_task("inductive"), tiny_task("inductive")
    for view in (training_view, scoring_view):
        assert fingerprint(view(one.graph, one.split)) == fingerprint(view(other.graph, other.split))
