"""Training sees neither test graphs nor their labels."""

from dataclasses import replace

import torch

from gnn2mlp.data import GraphViews, split_graphs
from tests.graph_sets import tiny_set


def test_a_test_graph_does_not_exist_in_training() -> None:
    graphs = tiny_set()
    split = split_graphs(graphs, "folds", 2)
    observed, full = GraphViews.of(graphs, split)
    assert observed.graphs.num_graphs == 36
    assert not set(observed.graph_ids.tolist()) & set(split.test.tolist())
    assert observed.graph_ids[observed.train].tolist() == split.train.tolist()
    assert observed.graph_ids[observed.valid].tolist() == split.valid.tolist()
    assert torch.equal(observed.graphs.labels[observed.valid], graphs.labels[split.valid])
    assert full.labels is graphs.labels


def test_training_labels_are_those_that_train() -> None:
    for graphs in (tiny_set(), tiny_set(tasks=2)):
        observed = GraphViews.of(graphs, split_graphs(graphs, "folds", 0)).observed
        known = graphs.task.known(observed.train_labels)
        assert known[observed.valid].sum() == 0
        assert known.sum() == graphs.task.known(graphs.labels)[observed.graph_ids[observed.train]].sum()


def test_no_test_graph_changes_the_digest_and_every_training_graph_does() -> None:
    graphs = tiny_set()
    split = split_graphs(graphs, "folds", 0)
    before = GraphViews.of(graphs, split).observed.digest
    assert graphs.node_codes is not None
    for ids, same in ((split.test, True), (split.train[:1], False), (split.valid[:1], False)):
        codes, labels = graphs.node_codes.clone(), graphs.labels.clone()
        codes[torch.isin(graphs.graph_of_node, ids)] = 2 - codes[torch.isin(graphs.graph_of_node, ids)]
        labels[ids] = 1 - labels[ids]
        assert (GraphViews.of(replace(graphs, node_codes=codes), split).observed.digest == before) == same
        assert (GraphViews.of(replace(graphs, labels=labels), split).observed.digest == before) == same


def test_a_graph_without_a_label_is_seen_in_training() -> None:
    graphs = tiny_set()
    labels = graphs.labels.clone()
    labels[7] = -1
    graphs = replace(graphs, labels=labels)
    observed = GraphViews.of(graphs, split_graphs(graphs, "folds", 0)).observed
    assert 7 in observed.graph_ids.tolist()
    assert int((observed.graphs.labels < 0).sum()) == 1


def test_what_training_labels_decide_is_fitted_on_them_alone() -> None:
    graphs = tiny_set(tasks=2)
    graphs = replace(graphs, task=graphs.task.overridden({"pos_weight": "balanced"}))
    observed = GraphViews.of(graphs, split_graphs(graphs, "folds", 0)).observed
    assert observed.task == graphs.task.fitted(observed.graphs.labels[observed.train])
