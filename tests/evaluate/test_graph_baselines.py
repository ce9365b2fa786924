"""Baselines of whole graphs: what they read, and that it is the training graphs'."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import GraphViews, graph_set_from_arrays, split_graphs
from gnn2mlp.data.graphs import GraphSet, ObservedGraphs
from gnn2mlp.evaluate import GRAPH_BASELINES, GraphBaseline, bag_of_labels, graph_sizes, label_counts, size_only
from gnn2mlp.tasks import Regression
from tests.graph_sets import tiny_set


def paths(lengths: list[int], labels: list[int]) -> GraphSet:
    """Paths of so many nodes."""
    owner = np.repeat(np.arange(len(lengths)), lengths)
    rows = np.arange(len(owner) - 1)
    inside = rows[owner[:-1] == owner[1:]]
    return graph_set_from_arrays(labels, owner, [inside, inside + 1], node_codes=np.zeros_like(owner))


def observed(graphs: GraphSet, seed: int = 0) -> ObservedGraphs:
    return GraphViews.of(graphs, split_graphs(graphs, "folds", seed)).observed


def test_sizes_and_counts_are_those_of_each_graph() -> None:
    graphs = tiny_set(features=True)
    one = graphs.graph(7)
    assert graph_sizes(graphs)[7].tolist() == [one.num_nodes, one.edge_index.size(1) / 2]
    assert one.node_codes is not None
    assert one.features is not None
    counts = [one.node_codes[:, field].bincount(minlength=size) for field, size in enumerate((3, 4))]
    np.testing.assert_allclose(label_counts(graphs)[7], torch.cat([*counts, one.features.sum(0)]), rtol=1e-5)


def test_size_decides_where_it_is_all_there_is() -> None:
    graphs = paths([2, 9] * 20, [0, 1] * 20)
    view = observed(graphs)
    assert graphs.task.score(size_only(view)(graphs), graphs.labels) == 1
    assert bag_of_labels(view)(graphs).argmax(1).tolist() == graphs.labels.tolist()


def test_it_is_scikit_learns_regression_on_standardised_columns() -> None:
    graphs = tiny_set(60)
    view = observed(graphs)
    model = size_only(view)
    x, train = graph_sizes(view.graphs), view.train.numpy()
    scaled = (x - x[train].mean(0)) / x[train].std(0)
    fit = LogisticRegression(C=model.strength).fit(scaled[train], view.graphs.labels[train])
    np.testing.assert_allclose(model(view.graphs).numpy(), fit.predict_log_proba(scaled), atol=1e-5)


@pytest.mark.parametrize("name", GRAPH_BASELINES)
def test_no_test_graph_changes_it_and_training_graphs_do(name: str) -> None:
    graphs = tiny_set(60)
    split = split_graphs(graphs, "folds", 0)
    before = GRAPH_BASELINES[name](GraphViews.of(graphs, split).observed, 0)(graphs)
    for ids, same in ((split.test, True), (split.train, False)):
        labels = graphs.labels.clone()
        labels[ids] = labels[ids].roll(1)
        view = GraphViews.of(replace(graphs, labels=labels), split).observed
        assert torch.equal(GRAPH_BASELINES[name](view, 0)(graphs), before) == same


def test_questions_with_gaps_are_fitted_each_on_what_is_known() -> None:
    graphs = tiny_set(60, tasks=3)
    labels = graphs.labels.clone()
    labels[:, 2] = 1.0  # a question that everybody answers alike
    graphs = replace(graphs, labels=labels)
    view = observed(graphs)
    found = bag_of_labels(view)(graphs)
    assert found.shape == (60, 3)
    assert bool(found.isfinite().all())
    assert found[:, 2].unique().numel() == 1


def test_weights_count_as_repetitions() -> None:
    graphs = tiny_set(60)
    view = observed(graphs)
    alone = GraphBaseline(replace(view, graphs=replace(view.graphs, weights=torch.ones(54))), graph_sizes)
    torch.testing.assert_close(alone(graphs), size_only(view)(graphs))
    heavy = replace(view.graphs, weights=1 + 9 * view.graphs.labels.float())
    assert GraphBaseline(replace(view, graphs=heavy), graph_sizes)(graphs)[:, 1].mean() > alone(graphs)[:, 1].mean()


def test_a_class_that_no_training_graph_has_is_the_least_likely() -> None:
    graphs = tiny_set(30)
    task = type(graphs.task)(["a", "b", "c"])
    view = observed(graphs)
    view = replace(view, graphs=replace(view.graphs, task=task))
    found = size_only(view)(graphs)
    assert found.shape == (30, 3)
    assert bool((found[:, 2] < found[:, :2].min(1).values).all())


def test_other_tasks_are_refused() -> None:
    view = observed(tiny_set())
    with pytest.raises(ConfigError, match="know classes and questions of yes and no, got task 'regression'"):
        size_only(replace(view, graphs=replace(view.graphs, task=Regression(), labels=torch.rand(36, 1))))
