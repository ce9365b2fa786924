import numpy as np
import pytest

from gnn2mlp.condensers.colours import refined, tree_colours
from gnn2mlp.condensers.trees import Trees, representatives, tree_sizes, unroll
from tests.condensers.graphs import random_graphs, renumbered, tree_text


def _text(trees: Trees, node: int, labels: np.ndarray, edge_labels: np.ndarray) -> str:
    """Canonical text of what is below a tree node, as `tree_text` writes it."""
    below = [
        f"{edge_labels[trees.edges[child]]}:{_text(trees, child, labels, edge_labels)}"
        for child in np.flatnonzero(trees.parents == node).tolist()
    ]
    return f"({labels[trees.nodes[node]]}|{';'.join(sorted(below))})"


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_trees_are_those_of_recursion(depth: int) -> None:
    labels, edges, edge_labels, _ = random_graphs(1, graphs=2)
    roots = np.array([3, 0, len(labels) - 1])
    trees = unroll(roots, depth, edges, tree_colours(labels, edges, edge_labels, depth), edge_labels)
    assert trees.nodes[trees.offsets[:-1]].tolist() == roots.tolist()
    assert (trees.parents[trees.offsets[:-1]] == -1).all()
    assert np.diff(trees.offsets).tolist() == tree_sizes(len(labels), edges, depth)[roots].tolist()
    for tree, root in enumerate(roots.tolist()):
        known = tree_text(root, depth, labels, edges, edge_labels)
        assert _text(trees, int(trees.offsets[tree]), labels, edge_labels) == known


def test_parents_come_first_and_edges_lead_to_them() -> None:
    labels, edges, edge_labels, _ = random_graphs(2)
    trees = unroll(np.arange(8), 2, edges, tree_colours(labels, edges, edge_labels, 2), edge_labels)
    below = np.flatnonzero(trees.parents >= 0)
    assert (trees.parents[below] < below).all()
    assert (edges[0, trees.edges[below]] == trees.nodes[below]).all()
    assert (edges[1, trees.edges[below]] == trees.nodes[trees.parents[below]]).all()


def test_order_of_children_is_that_of_contents() -> None:
    labels, edges, edge_labels, _ = random_graphs(3)
    other, moved_edges, moved_labels, moved = renumbered(1, labels, edges, edge_labels)
    here = unroll(np.arange(5), 3, edges, tree_colours(labels, edges, edge_labels, 3), edge_labels)
    there = unroll(moved[:5], 3, moved_edges, tree_colours(other, moved_edges, moved_labels, 3), moved_labels)
    assert (labels[here.nodes] == other[there.nodes]).all()
    assert (here.parents == there.parents).all()


def test_the_commonest_kind_of_a_colour_represents_it() -> None:
    # Three stars: their centres are alike at depth 0; one has a single leaf, two have two.
    edges = np.array([[0, 1, 2, 3, 2, 4, 5, 6, 5, 7], [1, 0, 3, 2, 4, 2, 6, 5, 7, 5]])
    labels = np.array([1, 0, 1, 0, 0, 1, 0, 0])
    assert representatives(labels, refined(labels, edges, None), np.array([1])).tolist() == [2]


def test_sizes_of_deep_trees_of_dense_graphs_stay_large() -> None:
    clique = np.array([(one, other) for one in range(60) for other in range(60) if one != other]).T
    assert tree_sizes(60, clique, 2).tolist() == [1 + 59 + 59**2] * 60
    assert tree_sizes(60, clique, 12).tolist() == [2**40] * 60  # 59^12 does not fit into 64 bits
