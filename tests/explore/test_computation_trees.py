import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import graph_from_arrays, graph_set_from_arrays
from gnn2mlp.explore import computation_trees
from tests.graphs import random_graphs


def test_nodes_of_a_star_by_hand() -> None:
    star = graph_from_arrays(np.zeros((5, 2)), np.zeros(5, int), [[0, 0, 0, 0], [1, 2, 3, 4]])
    found = computation_trees(star, depth=2, train=[1])
    assert found.distinct.tolist() == [1, 2, 2]
    assert found.alone.tolist() == [0.0, 0.2, 0.2]  # the centre
    assert found.known is not None
    assert found.known.tolist() == [1.0, 0.75, 0.75]  # three of the four others are leaves, as the one that trains


def test_features_and_weights_tell_nodes_apart() -> None:
    features = torch.tensor([[0.0], [-0.0], [1.0]])
    path = graph_from_arrays(features, [0, 0, 0], [[0, 1], [1, 2]])
    assert computation_trees(path, depth=1).distinct.tolist() == [2, 3]
    ring = [[0, 1, 2], [1, 2, 0]]
    even = graph_from_arrays(np.ones((3, 1)), [0, 0, 0], ring)
    weighed = graph_from_arrays(np.ones((3, 1)), [0, 0, 0], ring, edge_weight=[1.0, 1.0, 2.0])
    assert computation_trees(even, depth=1).distinct.tolist() == [1, 1]
    assert computation_trees(weighed, depth=1).distinct.tolist() == [1, 2]


def test_trees_of_whole_graphs_are_compared_across_graphs() -> None:
    twice = graph_set_from_arrays([0, 1], [0, 0, 1, 1], [[0, 2], [1, 3]], node_codes=[0, 1, 1, 0])
    found = computation_trees(twice, depth=1, train=[0])
    assert found.distinct.tolist() == [2, 2]
    assert found.known is not None
    assert found.known.tolist() == [1.0, 1.0]


def test_deeper_trees_are_no_fewer_and_known_less() -> None:
    graphs = random_graphs(count=40)
    found = computation_trees(graphs, depth=3, train=range(20))
    assert (np.diff(found.distinct) >= 0).all()
    assert found.known is not None
    assert (np.diff(found.known) <= 0).all()
    assert computation_trees(graphs, train=range(40)).known is None
    assert "nodes" in repr(found)


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(DataError, match="expected at least 0"):
        computation_trees(random_graphs(), depth=-1)
    with pytest.raises(DataError, match="expected ids of graphs, 0 to 11"):
        computation_trees(random_graphs(), train=[12])
