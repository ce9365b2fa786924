import numpy as np
import scipy.sparse as sp
import torch

from gnn2mlp.data import graph_from_arrays
from gnn2mlp.explainers import Explanation


def explanation() -> Explanation:
    dense = np.array([[0.5, 0.2, 0.5, 0.0], [0.0, 0.1, 0.0, 0.9]])
    return Explanation(np.array([0, 3]), sp.csr_matrix(dense), "by hand")


def test_nodes_are_ranked_by_score_and_then_by_id() -> None:
    ids, scores = explanation().ranked(0)
    assert ids.tolist() == [0, 2, 1]
    assert scores.tolist() == [0.5, 0.5, 0.2]
    assert explanation().top(3).tolist() == [[0, 2, 1], [3, 1, -1]]


def test_an_edge_has_the_scores_of_both_ends() -> None:
    ring = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2, 3], [1, 2, 3, 0]])
    edges, scores = explanation().edges(ring, 0)
    assert edges.tolist() == [[0, 1], [1, 2]]
    assert scores.tolist() == [0.7, 0.7]


def test_an_edge_of_a_directed_graph_goes_from_its_source() -> None:
    chain = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]], directed=True)
    edges, _ = explanation().edges(chain, 0)
    assert sorted(zip(*edges.tolist(), strict=True)) == [(0, 1), (1, 2)]


def test_some_are_taken_in_the_order_that_is_asked_for() -> None:
    both = explanation()
    some = both.take([1, 0, 1])
    assert some.nodes.tolist() == [3, 0, 3]
    assert some.ranked(1)[1].tolist() == both.ranked(0)[1].tolist()
    assert some.method == both.method


def test_pyg_is_told_the_same() -> None:
    ring = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2, 3], [1, 2, 3, 0]])
    made = explanation().to_pyg(ring, 0)
    assert made.validate()
    assert made.node_mask[:, 0].tolist() == np.float32([0.5, 0.2, 0.5, 0.0]).tolist()
    by_edge = dict(zip(zip(*ring.edge_index.tolist(), strict=True), made.edge_mask.tolist(), strict=True))
    assert round(by_edge[0, 1], 6) == round(by_edge[1, 2], 6) == 0.7
    assert by_edge[2, 3] == 0
    assert made.index == 0


def test_it_prints_in_one_line() -> None:
    assert "\n" not in repr(explanation())
