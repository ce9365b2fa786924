import numpy as np
import pytest

from gnn2mlp.condensers.colours import colour_sets, refined, row_labels, tree_colours
from gnn2mlp.core.errors import DataError
from tests.condensers.graphs import random_graphs, renumbered, tree_text


@pytest.mark.parametrize("seed", range(4))
def test_colours_are_equal_exactly_if_trees_are_isomorphic(seed: int) -> None:
    labels, edges, edge_labels, _ = random_graphs(seed)
    for depth, colours in enumerate(tree_colours(labels, edges, edge_labels, 3)):
        texts = [tree_text(node, depth, labels, edges, edge_labels) for node in range(len(labels))]
        pairs = set(zip(texts, colours.tolist(), strict=True))
        assert len(pairs) == len(set(texts)) == len(set(colours.tolist())) == colours.max() + 1


def test_a_label_of_an_edge_tells_trees_apart() -> None:
    path = np.array([[0, 1, 2, 3], [1, 0, 3, 2]])
    assert tree_colours(np.zeros(4, int), path, None, 1)[1].tolist() == [0, 0, 0, 0]
    assert tree_colours(np.zeros(4, int), path, np.array([0, 0, 1, 1]), 1)[1].tolist() == [0, 0, 1, 1]


def test_renumbering_permutes_colours_and_no_more() -> None:
    labels, edges, edge_labels, _ = random_graphs(5, graphs=20)
    other, moved_edges, moved_labels, moved = renumbered(0, labels, edges, edge_labels)
    here, there = tree_colours(labels, edges, edge_labels, 3), tree_colours(other, moved_edges, moved_labels, 3)
    assert all((one == two[moved]).all() for one, two in zip(here, there, strict=True))


def test_one_more_round_is_one_depth_more() -> None:
    labels, edges, edge_labels, _ = random_graphs(6)
    second, third = tree_colours(labels, edges, edge_labels, 3)[2:]
    assert (refined(second, edges, edge_labels) == third).all()


def test_graphs_without_edges_or_nodes_have_colours() -> None:
    none = np.zeros((2, 0), int)
    assert [one.tolist() for one in tree_colours(np.array([4, 2, 4]), none, None, 2)] == [[1, 0, 1]] * 3
    assert tree_colours(np.zeros(0, int), none, None, 1)[1].tolist() == []


def test_wide_numbers_do_not_overflow() -> None:
    huge = np.array([2**61, 0, 2**61, 5])
    assert row_labels(huge, huge[::-1]).tolist() == [3, 0, 2, 1]
    assert row_labels(np.array([[0.5, -1.0], [0.5, -2.0], [0.5, -1.0]])).tolist() == [1, 0, 1]
    with pytest.raises(DataError, match="at least one column"):
        row_labels(None)


def test_sets_of_colours_count_each_once_and_may_be_empty() -> None:
    offsets, items = colour_sets(np.array([3, 3, 1, 0]), np.array([0, 3, 4]), np.array([True, True, True, False]))
    assert offsets.tolist() == [0, 2, 2]
    assert items.tolist() == [1, 3]
