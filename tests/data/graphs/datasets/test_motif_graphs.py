"""The embedded set: balanced, drawn anew alike, and with nothing in its sizes."""

import torch

from gnn2mlp.core.spec import Spec
from gnn2mlp.data import load_graph_set


def test_it_is_the_same_each_time_and_another_for_another_seed() -> None:
    assert load_graph_set("motif-graphs").digest == load_graph_set("motif-graphs").digest
    assert load_graph_set(Spec("motif-graphs", seed=1)).digest != load_graph_set("motif-graphs").digest


def test_sizes_say_nothing_and_each_graph_has_one_cycle() -> None:
    graphs = load_graph_set("motif-graphs")
    assert torch.equal(graphs.edges_per_graph, graphs.nodes_per_graph)  # a tree has one edge less
    assert graphs.labels.bincount().tolist() == [100, 100]
    means = [graphs.nodes_per_graph[graphs.labels == label].double().mean().item() for label in (0, 1)]
    assert abs(means[0] - means[1]) < 1


def test_fewer_graphs_are_possible() -> None:
    assert load_graph_set(Spec("motif-graphs", graphs=3)).labels.bincount().tolist() == [2, 1]
