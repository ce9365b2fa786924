from dataclasses import replace

import torch

from gnn2mlp.core.identity import fingerprint
from gnn2mlp.data.graphs import split_graphs
from gnn2mlp.pipeline.graphs.views import graph_scoring_view, graph_training_view
from tests.graphs import random_graphs

GRAPHS = random_graphs(count=30)
SPLIT = split_graphs(GRAPHS, "fraction", 0)


def test_names_decide_nothing_in_training() -> None:
    named = replace(GRAPHS, name="other", graph_names=torch.arange(30).numpy(), node_fields=("a", "b"))
    views = [fingerprint(graph_training_view(graphs, SPLIT)) for graphs in (GRAPHS, named)]
    assert views[0] == views[1]


def test_labels_and_edges_of_test_graphs_are_not_in_training() -> None:
    labels = GRAPHS.labels.clone()
    labels[SPLIT.test] = 1 - labels[SPLIT.test]
    views = [fingerprint(graph_training_view(g, SPLIT)) for g in (GRAPHS, replace(GRAPHS, labels=labels))]
    assert views[0] == views[1]
    assert torch.equal(graph_scoring_view(GRAPHS, SPLIT).labels, GRAPHS.labels)
