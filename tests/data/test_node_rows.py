from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.node_rows import node_rows


def test_numbers_are_rows_where_nodes_have_no_names(tiny_graph: Callable[..., GraphData]) -> None:
    assert node_rows(tiny_graph(), np.array([[3, 1], [0, 59]]), "it").tolist() == [[3, 1], [0, 59]]
    assert node_rows(tiny_graph(), ["7", ["2", "0"][0]], "it").tolist() == [7, 2]


def test_names_win_over_rows(tiny_graph: Callable[..., GraphData]) -> None:
    named = replace(tiny_graph(), node_names=np.array([f"n{59 - row}" for row in range(60)]))
    assert node_rows(named, ["n0", "n59"], "it").tolist() == [59, 0]
    counted = replace(tiny_graph(), node_names=np.arange(60)[::-1] + 100)
    assert node_rows(counted, [100, "159"], "it").tolist() == [59, 0]


@pytest.mark.parametrize("wrong", [[-1], [60], ["x"], [1.5], [None]])
def test_what_is_no_node_is_named(tiny_graph: Callable[..., GraphData], wrong: list[object]) -> None:
    with pytest.raises(DataError, match=rf"it: expected nodes of tiny as rows, integers in 0\.\.59, got {wrong[0]}$"):
        node_rows(tiny_graph(), [1, *wrong], "it")


def test_at_most_five_are_listed(tiny_graph: Callable[..., GraphData]) -> None:
    named = replace(tiny_graph(), node_names=np.array([f"n{row}" for row in range(60)]))
    with pytest.raises(DataError, match="no node a, b, c, d, e and 2 more; name nodes by ids such as n0"):
        node_rows(named, list("abcdefg"), "it")


def test_a_name_that_several_nodes_have_names_none_of_them(tiny_graph: Callable[..., GraphData]) -> None:
    names = np.array([f"n{row}" for row in range(60)])
    names[7] = "n3"
    twice = replace(tiny_graph(), node_names=names)
    assert node_rows(twice, ["n8"], "it").tolist() == [8]
    with pytest.raises(DataError, match="it: several nodes of tiny are called n3; give each node a name"):
        node_rows(twice, ["n8", "n3"], "it")
