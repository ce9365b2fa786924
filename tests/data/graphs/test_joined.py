from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graphs.joined import join_graph_sets
from tests.condensers.sets import graph_set


def test_joined_parts_are_the_set() -> None:
    graphs = graph_set()
    first, second = graphs.take(range(25)), graphs.take(range(25, 60))
    assert join_graph_sets(first, second).digest == graphs.take(range(60)).digest


def test_what_one_of_them_has_is_filled_in() -> None:
    graphs = graph_set()
    first, second = graphs.take([0, 1]), graphs.take([2])
    roots = torch.arange(second.num_nodes) == 0
    second = replace(second, roots=roots, degrees=9 * torch.ones_like(roots, dtype=torch.int64), directed=True)
    both = join_graph_sets(first, replace(second, weights=torch.tensor([0.5])))
    assert both.roots is not None
    assert both.roots.tolist() == [True] * first.num_nodes + roots.tolist()
    assert both.degrees is not None
    assert both.degrees[: first.num_nodes].tolist() == torch.bincount(first.edge_index[1]).tolist()
    assert set(both.degrees[first.num_nodes :].tolist()) == {9}
    assert both.weights is not None
    assert both.weights.tolist() == [1, 1, 0.5]
    assert both.directed


def test_codes_of_both_find_room() -> None:
    graphs = graph_set()
    assert join_graph_sets(graphs, replace(graphs, code_sizes=(9, 2))).code_sizes == (9, 3)


def test_sets_of_other_graphs_are_refused() -> None:
    with pytest.raises(DataError, match="expected the fields of edge codes of graphs, 1, got 0"):
        join_graph_sets(graph_set(), graph_set(edge_codes=None))
