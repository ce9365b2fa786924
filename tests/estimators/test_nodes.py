"""What `fit` is given, sorted out: tables, graphs, ids, labels by name and by index."""

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch
from torch_geometric.data import Data

from gnn2mlp.core.errors import DataError
from gnn2mlp.estimators.nodes import features_of, read_nodes, targets_of

COLUMNS = {"page": ["p", "q", "r"], "likes": [3, 4, 5], "kind": ["bar", None, "shop"]}
FRAME = pd.DataFrame(COLUMNS).set_index("page")


@pytest.mark.parametrize("table", [dict, pd.DataFrame, pl.DataFrame, pa.table])
def test_ids_and_labels_are_columns(table: Any) -> None:
    nodes = read_nodes(table(COLUMNS), "kind", id_column="page")
    assert [str(value) for value in nodes.ids] == ["p", "q", "r"]
    assert list(nodes.features) == ["likes"]
    assert (nodes.is_table, nodes.label, nodes.where_ids) == (True, "kind", "column 'page' of X")
    assert next(iter(nodes.y)) in ("bar", pa.scalar("bar"))


def test_the_index_of_a_frame_is_the_ids() -> None:
    nodes = read_nodes(FRAME, [0, 1, 0])
    assert nodes.ids.tolist() == ["p", "q", "r"]
    assert (nodes.where_ids, nodes.features is FRAME, nodes.y) == ("the index of X", True, [0, 1, 0])
    assert read_nodes(pl.DataFrame(COLUMNS), [0, 1, 0]).ids is None
    assert read_nodes(pd.DataFrame(np.eye(2), index=[7, 5]), [0, 1]).ids.tolist() == [7, 5]


def test_numbered_columns_are_features() -> None:
    assert not read_nodes(pd.DataFrame(np.eye(2)), [0, 1]).is_table
    assert not read_nodes(np.eye(2), [0, 1]).is_table


def test_series_go_by_their_index() -> None:
    same = read_nodes(FRAME, pd.Series([1, 2, 3], FRAME.index), pd.Series([1.0, 2, 3], ["r", "q", "p"]))
    assert same.y.tolist() == [1, 2, 3]
    assert same.weight.tolist() == [3, 2, 1]
    assert read_nodes(np.eye(3), pd.Series([1, 2, 3], ["r", "q", "p"])).y.tolist() == [1, 2, 3]
    for y in (pd.Series([1, 2, 3]), pd.Series([1, 2], ["p", "q"]), pd.Series([1, 2, 3, 4], ["p", "q", "r", "r"])):
        with pytest.raises(DataError, match="y: expected one for each row of X, with the same index, got"):
            read_nodes(FRAME, y)
    with pytest.raises(DataError, match="sample_weight: expected .*got none for 'p', 'q', 'r'; .*to_numpy"):
        read_nodes(FRAME, [0, 1, 0], pd.Series([1.0, 2, 3]))


def test_a_pyg_graph_brings_all_with_it() -> None:
    data = Data(x=torch.eye(3), y=torch.tensor([0, 1, 2]), edge_index=torch.tensor([[0], [1]]))
    nodes = read_nodes(data)
    assert nodes.features is data.x
    assert nodes.edges is data
    assert nodes.y.tolist() == [0, 1, 2]
    assert (nodes.ids, nodes.validation, nodes.is_table) == (None, None, False)
    assert read_nodes(data, [5, 6, 7], edges="others").edges == "others"
    assert features_of(data) is data.x


def test_labels_that_a_pyg_graph_keeps_for_tests_are_not_looked_at() -> None:
    masks = {
        name: torch.tensor([i == place for i in range(4)]) for place, name in enumerate(["train_mask", "val_mask"])
    }
    data = Data(x=torch.eye(4), y=torch.tensor([[0], [1], [2], [3]]), edge_index=torch.tensor([[0], [1]]), **masks)
    nodes = read_nodes(data)
    np.testing.assert_array_equal(nodes.y, [0, 1, np.nan, np.nan])
    assert nodes.validation.tolist() == [False, True, False, False]
    assert read_nodes(data, validation=[0]).validation == [0]
    data.train_mask = torch.ones(4, 10, dtype=torch.bool)
    with pytest.raises(
        DataError, match="expected train_mask as 4 truth values, got shape \\(4, 10\\): choose one split"
    ):
        read_nodes(data)
    with pytest.raises(DataError, match="with features x, got one without"):
        read_nodes(Data(edge_index=torch.tensor([[0], [1]])))


def test_attributes_of_a_networkx_graph_are_columns() -> None:
    graph = nx.Graph([("a", "b")])
    graph.add_node("c", likes=3, kind="bar")
    graph.nodes["a"]["likes"] = 1
    nodes = read_nodes(graph, "kind")
    assert (nodes.ids, nodes.where_ids) == (["a", "b", "c"], "the graph")
    assert dict(nodes.features) == {"likes": [1, None, 3]}
    assert nodes.y == [None, None, "bar"]
    assert nodes.edges is graph
    assert features_of(graph)["likes"] == [1, None, 3]
    with pytest.raises(DataError, match="a graph whose nodes have attributes"):
        read_nodes(nx.path_graph(3), [0, 1, 0])


def test_truth_may_be_a_column() -> None:
    assert list(targets_of(FRAME, "likes")) == [3, 4, 5]
    assert targets_of(np.eye(2), [0, 1]) == [0, 1]
    assert targets_of(FRAME, pd.Series([1, 2, 3], ["r", "q", "p"])).tolist() == [3, 2, 1]


@pytest.mark.parametrize(
    ("X", "y", "options", "message"),
    [
        (FRAME, "knd", {}, "X: expected a column 'knd'; did you mean 'kind'? (columns: 'likes', 'kind')"),
        (FRAME, [0, 1, 0], {"id_column": "page"}, "X: expected a column 'page'"),
        (np.eye(3), [0, 1, 0], {"id_column": "page"}, "expected a table with the column 'page' of ids, got ndarray"),
        (FRAME[["kind"]], "kind", {}, "X: expected at least one column besides ids and labels"),
        (np.eye(3), "kind", {}, "the name of a column of X, which is no table; got 'kind'"),
    ],
)
def test_columns_that_are_not_there(X: Any, y: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_nodes(X, y, **options)
    assert message in str(caught.value)
