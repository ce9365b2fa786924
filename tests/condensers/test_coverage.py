import numpy as np
import pytest

from gnn2mlp.condensers.counting import count_trees
from gnn2mlp.condensers.coverage import Coverage
from tests.condensers.sets import graph_set


def test_coverage_is_that_of_counting() -> None:
    graphs = graph_set()
    counted = count_trees(graphs, 1)
    members = np.arange(0, 60, 2)
    coverage = Coverage.of(counted, members)
    of_graph = graphs.graph_of_node.numpy()
    inside = [set(counted.colours[1][of_graph == one]) & set(counted.items) for one in members]
    found = coverage.at(9)
    often = {tree for tree in set().union(*inside) if sum(tree in one for one in inside) >= 9}
    often &= set(counted.items)
    nodes = np.isin(of_graph, members)
    assert found.trees == len(often) > 1
    assert found.graphs == pytest.approx(np.mean([bool(one & often) for one in inside]))
    assert found.nodes == pytest.approx(np.isin(counted.colours[1][nodes], list(often)).mean())
    first = {int(counted.colours[1][node]): int(counted.sizes[node]) for node in range(graphs.num_nodes)}
    assert found.tree_nodes == sum(first[tree] for tree in often)


def test_the_curve_rises_as_the_support_falls() -> None:
    curve = Coverage.of(count_trees(graph_set(), 2), np.arange(60)).curve()
    for name in ("trees", "tree_nodes", "graphs", "nodes"):
        assert (np.diff([getattr(one, name) for one in curve]) >= 0).all()
    assert curve[-1].support == 1
    assert curve[0].trees >= 1


def test_a_class_without_edges_has_an_empty_curve() -> None:
    graphs = graph_set(edge_index=np.zeros((2, 0), int), edge_codes=None)
    assert Coverage.of(count_trees(graphs, 1), np.arange(60)).curve() == []
