import numpy as np

from gnn2mlp.condensers.counting import count_trees
from tests.condensers.sets import graph_set


def test_kinds_are_told_by_codes_features_and_edges() -> None:
    plain = {"edge_codes": None, "node_codes": None}
    nodes = graph_set().num_nodes
    features = np.arange(nodes)[:, None] % 3 / 7
    by_features = count_trees(graph_set(**plain, features=features), 1)
    by_codes = count_trees(graph_set(edge_codes=None, node_codes=np.arange(nodes) % 3), 1)
    assert (by_features.colours[1] == by_codes.colours[1]).all()
    both = count_trees(graph_set(), 1).colours[1].max()
    assert both > count_trees(graph_set(edge_codes=None), 1).colours[1].max()


def test_a_node_without_an_edge_is_in_no_set() -> None:
    graphs = graph_set(
        labels=[0, 1], graph_of_node=[0, 0, 0, 1], edge_index=[[0], [1]], node_codes=[0, 0, 1, 1], edge_codes=[0]
    )
    counted = count_trees(graphs, 2)
    assert np.diff(counted.offsets).tolist() == [1, 0]
    assert counted.sets_of(np.array([0]))[1].tolist() == [counted.colours[2][0]]
    assert counted.sizes.tolist() == [3, 3, 1, 1]
