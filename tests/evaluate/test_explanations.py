import numpy as np
import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import GraphData, graph_from_arrays
from gnn2mlp.evaluate import explanations
from gnn2mlp.evaluate.explanations import answers, faithfulness, ground_truth_accuracy, within


def path(directed: bool = False) -> GraphData:
    """0 - 1 - 2 - 3 - 4 - 5."""
    ends = [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5]]
    return graph_from_arrays(torch.arange(6.0)[:, None], [0, 1] * 3, ends, directed=directed)


def around(*nodes: int, hops: int = 2) -> list[np.ndarray]:
    """The nodes near each on the path."""
    return [within(path().adjacency.to_scipy(), node, hops) for node in nodes]


def hears_of_two(graph: GraphData) -> Tensor:
    """Class 1 where a node has a neighbour whose feature is 2."""
    two = (graph.features[:, 0] == 2).float()  # type: ignore[index]
    heard = graph.adjacency @ two[:, None]
    return torch.cat([0.5 - heard, heard - 0.5], dim=1)


def test_what_decides_is_sufficient_and_necessary() -> None:
    nodes = np.array([1, 3])
    right, wrong = np.array([[2], [2]]), np.array([[0], [4]])
    found, other = (faithfulness(hears_of_two, path(), nodes, top, around(1, 3)) for top in (right, wrong))
    assert (found.sufficiency, found.necessity) == (1, 1)
    assert (other.stays.tolist(), other.changes.tolist()) == ([False, False], [False, False])


def test_the_explained_node_itself_is_never_taken_away() -> None:
    found = faithfulness(hears_of_two, path(), np.array([1]), np.array([[1, -1]]), around(1))
    assert (found.sufficiency, found.necessity) == (0, 0)


def test_many_small_graphs_are_answered_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    sets = [np.array([0, 1, 2]), np.array([3, 4]), np.array([2, 3])]
    nodes = np.array([1, 3, 3])
    assert answers(hears_of_two, path(), nodes, sets).tolist() == [1, 0, 1]
    monkeypatch.setattr(explanations, "_AT_ONCE", 3)
    assert answers(hears_of_two, path(), nodes, sets).tolist() == [1, 0, 1]


def test_messages_keep_their_direction_and_weight() -> None:
    graph = graph_from_arrays(torch.eye(3), [0, 1, 0], [[0, 1], [1, 2]], edge_weight=[2.0, 0.5], directed=True)
    seen: list[GraphData] = []

    def watched(made: GraphData) -> Tensor:
        seen.append(made)
        return torch.zeros(made.num_nodes, 2)

    answers(watched, graph, np.array([1, 2]), [np.array([0, 1]), np.array([1, 2])])
    assert seen[0].edge_index.tolist() == [[0, 2], [1, 3]]
    assert seen[0].edge_weight is not None
    assert seen[0].edge_weight.tolist() == [2.0, 0.5]


def test_reach_counts_links() -> None:
    adjacency = path().adjacency.to_scipy()
    assert within(adjacency, 2, 0).tolist() == [2]
    assert within(adjacency, 2, 2).tolist() == [0, 1, 2, 3, 4]
    one_way = path(directed=True).adjacency.to_scipy()
    assert within(one_way, 2, 2).tolist() == [0, 1, 2]


def test_accuracy_against_a_ground_truth_by_hand() -> None:
    assert ground_truth_accuracy(np.array([[0, 1], [2, -1]]), [np.array([0, 5]), np.array([2])]) == 0.75


def test_rows_have_to_fit() -> None:
    with pytest.raises(DataError, match="a row of top nodes and a neighbourhood for each of 2"):
        faithfulness(hears_of_two, path(), np.array([0, 1]), np.array([[1]]), around(0, 1))
    with pytest.raises(DataError, match="got shape .1, 1. and 2"):
        faithfulness(hears_of_two, path(), np.array([0]), np.array([[1]]), around(0, 1))


def test_what_lies_beyond_the_neighbourhood_changes_nothing() -> None:
    # A teacher that counts all nodes answers otherwise on every part: nothing was taken away, so nothing changes.
    def counts(graph: GraphData) -> Tensor:
        many = torch.full((graph.num_nodes,), float(graph.num_nodes > 5))
        return torch.stack([1 - many, many], dim=1)

    found = faithfulness(counts, path(), np.array([0]), np.array([[-1]]), around(0, hops=1))
    assert (found.stays.tolist(), found.changes.tolist()) == ([False], [False])
