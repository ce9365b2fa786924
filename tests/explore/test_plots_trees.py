import numpy as np
import pytest
import torch
from matplotlib.collections import LineCollection

from gnn2mlp.condensers import DistilledSet, Mirage, Random
from gnn2mlp.core.errors import DataError
from gnn2mlp.data import load_graph_set
from gnn2mlp.explore.plots_trees import frequent_trees, node_kinds, plot_tree_coverage, plot_trees, tree_places
from tests.condensers.sets import graph_set, observed


@pytest.fixture(scope="module")
def small() -> DistilledSet:
    return Mirage(depth=2, support=0.2).condense(observed())


def test_the_most_frequent_trees_of_a_class_come_first(small: DistilledSet) -> None:
    trees, counts = frequent_trees(small, 1)
    assert (np.diff(counts) <= 0).all()
    assert len(trees) == small.card["classes"][1]["trees"]
    figure = plot_trees(small, 1, most=2)
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == [f"{100 * count / 15:.0f} % of graphs" for count in counts[:2]]


def test_each_node_is_a_mark_and_each_edge_a_line(small: DistilledSet) -> None:
    tree = small.parts.graph(int(frequent_trees(small, 0)[0][0]))
    axes = plot_trees(small, 0, most=1).axes[0]
    (lines,) = [one for one in axes.collections if isinstance(one, LineCollection)]
    assert len(lines.get_segments()) == tree.num_nodes - 1
    marks = sum(len(one.get_offsets()) for one in axes.collections if one is not lines)
    assert marks == tree.num_nodes + 1  # the root is drawn again, with a rim


def test_parents_stand_above_the_middle_of_their_children(small: DistilledSet) -> None:
    tree = small.parts.graph(int(small.parts.nodes_per_graph.argmax()))
    place = tree_places(tree)
    child, parent = tree.edge_index.numpy()
    assert (place[child, 1] == place[parent, 1] - 1).all()
    for node in np.unique(parent):
        below = place[child[parent == node], 0]
        assert place[node, 0] == pytest.approx((below.min() + below.max()) / 2)
    leaves = np.setdiff1d(np.arange(tree.num_nodes), parent)
    assert sorted(place[leaves, 0]) == list(range(len(leaves)))


def test_kinds_are_called_by_what_tells_them_apart(small: DistilledSet) -> None:
    trees = [small.parts.graph(one) for one in range(small.parts.num_graphs)]
    kinds, names = node_kinds(trees, small)
    assert names == ["0", "1"]  # the second field is 2 everywhere
    assert [one.tolist() for one in kinds] == [tree.node_codes[:, 0].tolist() for tree in trees]
    known = Mirage(depth=1, support=0.2).condense(observed(load_graph_set("motif-graphs")))
    names = node_kinds([known.parts.graph(one) for one in range(known.parts.num_graphs)], known)[1]
    assert sorted(names) == ["a", "b", "c", "d"]


def test_rare_kinds_are_unknown() -> None:
    nodes = graph_set().num_nodes
    codes = torch.arange(nodes) % 14
    many = Mirage(depth=1, support=1).condense(observed(graph_set(node_codes=codes, edge_codes=None)))
    kinds, names = node_kinds([many.parts.graph(one) for one in range(many.parts.num_graphs)], many)
    assert len(names) == 10
    assert {-1, 9} <= set(np.concatenate(kinds).tolist())
    assert np.concatenate(kinds).max() == 9


def test_whole_graphs_are_no_trees() -> None:
    with pytest.raises(DataError, match="expected a set of computation trees, got one of whole graphs"):
        plot_trees(Random(graphs=1).condense(observed()), 0)


@pytest.mark.parametrize("measure", ["nodes", "graphs"])
def test_coverage_has_a_line_and_a_mark_for_each_class(small: DistilledSet, measure: str) -> None:
    classes = small.card["classes"]
    (axes,) = plot_tree_coverage(classes, measure).axes
    lines, marks = axes.lines[::2], axes.lines[1::2]
    for one, line, mark in zip(classes, lines, marks, strict=True):
        assert np.asarray(line.get_ydata()).tolist() == [100 * point[measure] for point in one["curve"]]
        assert np.asarray(mark.get_xdata()).tolist() == [one["tree_nodes"]]
        assert np.asarray(mark.get_ydata()).tolist() == [100 * one[f"{measure}_covered"]]
