"""`read_edges`: every form in which people hold edges, what is counted, and what is refused."""

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
import torch
from torch_geometric.data import Data

from gnn2mlp.core.errors import DataError
from gnn2mlp.tables.edges import Edges, end_columns, read_edges
from gnn2mlp.tables.lookup import NodeIds

IDS = NodeIds(["a", "b", "c"], "the index of X")
SOURCE, TARGET = ["a", "b", "x", "c", "a"], ["b", "c", "a", "c", "b"]
COLUMNS = {"source": SOURCE, "target": TARGET}
KEPT = [[0, 1, 2, 0], [1, 2, 2, 1]]


@pytest.mark.parametrize("frame", [dict, pd.DataFrame, pl.DataFrame, pa.table])
def test_reads_tables(frame: Any) -> None:
    found = read_edges(frame(COLUMNS), IDS)
    assert found.edge_index.tolist() == KEPT
    assert found.edge_index.dtype == np.int64
    assert found.counts == {"given": 5, "dangling": 1, "duplicate": 1, "self_loops": 1, "kept": 4}
    assert found.lost_ends == ("'x'",)
    assert found.weight is None


def test_finds_the_columns_of_the_ends() -> None:
    other = {"kind": ["k"] * 5, "To": TARGET, "From": SOURCE}
    assert read_edges(other, IDS).edge_index.tolist() == KEPT
    assert read_edges({"p": SOURCE, "q": TARGET, "r": TARGET}, IDS).edge_index.tolist() == KEPT
    named = {"source": TARGET, "target": TARGET, "follower": SOURCE}
    assert read_edges(named, IDS, source="follower", target="target").edge_index.tolist() == KEPT


def test_numbered_columns_are_pairs() -> None:
    assert read_edges(pd.DataFrame(list(zip(SOURCE, TARGET, strict=True))), IDS).edge_index.tolist() == KEPT


@pytest.mark.parametrize(
    "pairs",
    [
        np.array([SOURCE, TARGET]),
        np.array([SOURCE, TARGET]).T,
        list(zip(SOURCE, TARGET, strict=True)),
        [SOURCE, TARGET],
        (pd.Series(SOURCE), pd.Series(TARGET)),
    ],
)
def test_reads_pairs_of_ids(pairs: Any) -> None:
    assert read_edges(pairs, IDS).edge_index.tolist() == KEPT


def test_reads_pairs_of_numbers() -> None:
    ids = NodeIds([10, 20, 30])
    for pairs in ([[10, 20], [20, 30], [40, 10]], torch.tensor([[10, 20, 40], [20, 30, 10]])):
        assert read_edges(pairs, ids).edge_index.tolist() == [[0, 1], [1, 2]]


def test_weights_and_times_go_with_their_edges() -> None:
    table = {**COLUMNS, "Weight": [1, 2, 3, 4, 5], "when": np.arange(5), "w": [5, 4, 3, 2, 1]}
    found = read_edges(table, IDS, time="when")
    assert found.weight is not None
    assert found.weight.dtype == np.float32
    assert found.weight.tolist() == [1, 2, 4, 5]
    assert found.time is not None
    assert found.time.tolist() == [0, 1, 3, 4]
    assert read_edges(table, IDS, weight="w").weight.tolist() == [5, 4, 2, 1]  # type: ignore[union-attr]


def test_reads_an_adjacency() -> None:
    matrix = np.array([[0, 2.5, 0], [0, 0, 1], [0, 0, 0]])
    for adjacency in (sp.csr_matrix(matrix), sp.coo_array(matrix)):
        found = read_edges(adjacency, IDS)
        assert found.edge_index.tolist() == [[0, 1], [1, 2]]
        assert found.weight.tolist() == [2.5, 1]  # type: ignore[union-attr]
    assert read_edges(sp.csr_matrix(matrix > 0), IDS).weight is None
    with pytest.raises(DataError, match="got one of an adjacency of shape \\(2, 3\\).*A.nonzero"):
        read_edges(sp.csr_matrix(matrix[:2]), IDS)


def test_reads_a_networkx_graph() -> None:
    graph = nx.DiGraph(list(zip(SOURCE, TARGET, strict=True)))
    found = read_edges(graph, IDS)
    assert sorted(zip(*found.edge_index.tolist(), strict=True)) == [(0, 1), (1, 2), (2, 2)]
    assert found.weight is None
    assert found.dangling == 1
    graph = nx.Graph([("a", "b", {"weight": 3, "trust": 0.5}), ("b", "c", {"weight": 4, "trust": 1})])
    assert read_edges(graph, IDS).weight.tolist() == [3, 4]  # type: ignore[union-attr]
    assert read_edges(graph, IDS, weight="trust").weight.tolist() == [0.5, 1]  # type: ignore[union-attr]
    with pytest.raises(DataError, match="expected finite weights above 0, got nan from 'b' to 'c', in row 1;"):
        read_edges(nx.Graph([("a", "b", {"weight": 3}), ("b", "c")]), IDS)


def test_reads_a_pyg_graph() -> None:
    data = Data(x=torch.eye(3), edge_index=torch.tensor([[0, 1], [1, 2]]), edge_weight=torch.tensor([1.0, 2.0]))
    found = read_edges(data, IDS)
    assert found.edge_index.tolist() == [[0, 1], [1, 2]]
    assert found.weight.tolist() == [1, 2]  # type: ignore[union-attr]
    with pytest.raises(DataError, match="expected a graph of the 3 nodes, in their order, got one of 4;"):
        read_edges(Data(x=torch.eye(4), edge_index=torch.tensor([[0], [1]])), IDS)


@pytest.mark.parametrize("shape", [(2,), (2, 1)])
def test_one_float_for_each_edge_of_a_pyg_graph_is_its_weight(shape: tuple[int, ...]) -> None:
    data = Data(x=torch.eye(3), edge_index=torch.tensor([[0, 1], [1, 2]]), edge_attr=torch.tensor([3.0, 2]).view(shape))
    assert read_edges(data, IDS).weight.tolist() == [3, 2]  # type: ignore[union-attr]
    for change in (
        {"edge_attr": torch.ones(2, 2)},
        {"edge_attr": torch.tensor([1, 2])},
        {"edge_weight": torch.ones(2)},
    ):
        other = data.clone()
        other.update(change)
        with pytest.raises(DataError, match=r"edges: expected one float for each edge in edge_attr.*edge_attr = None"):
            read_edges(other, IDS)


def test_a_weight_of_nothing_is_told_by_its_ids_whatever_holds_the_edge() -> None:
    for edges in (sp.coo_array(([1.0, 0], ([0, 1], [1, 2])), shape=(3, 3)), pd.DataFrame(COLUMNS | {"weight": 0})[1:2]):
        with pytest.raises(DataError, match=r"got 0\.0 from 'b' to 'c', in row"):
            read_edges(edges, IDS)


def test_ends_that_are_no_nodes_are_found_by_position() -> None:
    assert read_edges(pd.DataFrame(COLUMNS, index=[9, 8, 7, 6, 5]), IDS).lost_ends == ("'x'",)


def test_columns_of_the_ends_go_by_their_names() -> None:
    assert end_columns(["since", "Dst", "src"]) == ("src", "Dst")
    assert end_columns(("p", "q", "r")) == ("p", "q")
    with pytest.raises(DataError, match="links: expected a column of ids for each end of an edge, got 'p'"):
        end_columns(["p"], "links")


def test_what_was_read_is_not_read_again() -> None:
    found = read_edges(COLUMNS, IDS)
    assert read_edges(found, IDS) is found
    with pytest.raises(DataError, match="expected a graph of the 2 nodes, in their order, got one of 3"):
        read_edges(found, NodeIds(["a", "b"]))
    assert repr(found) == "Edges(given=5, dangling=1, duplicate=1, self_loops=1, kept=4)"


def test_no_edges_are_no_error() -> None:
    assert read_edges({"source": [], "target": []}, IDS).counts["kept"] == 0
    assert isinstance(read_edges(np.empty((2, 0), dtype=int), IDS), Edges)


@pytest.mark.parametrize(
    ("edges", "options", "message"),
    [
        ({"source": [1], "target": [2]}, {}, "edges, column 'source': expected text, as the index of X has ('a')"),
        ({"source": SOURCE}, {}, "expected a column of ids for each end of an edge, got 'source'"),
        (COLUMNS, {"source": "src"}, "expected both source and target, or neither"),
        (COLUMNS, {"source": "sourc", "target": "target"}, "expected a column 'sourc'; did you mean 'source'?"),
        (COLUMNS, {"weight": "w"}, "expected a column 'w' (columns: 'source', 'target')"),
        (np.zeros((3, 4)), {}, "got ndarray of shape (3, 4)"),
        (list(nx.path_graph(3).adj.values()), {}, "scikit-learn's cross-validation cuts whatever is as long as X"),
        ([nx.path_graph(3)[1]], {}, "give nx.to_pandas_edgelist(graph)"),
        (7, {}, "expected a table with two columns of ids, an array"),
        (
            {"source": ["x", "y"], "target": ["a", "z"]},
            {},
            "none of which joins two of them: no node has an id",
        ),
        ({**COLUMNS, "weight": [1, 2, -3, 4, 5]}, {}, "above 0, got -3.0 from 'x' to 'a', in row 2;"),
        ({**COLUMNS, "weight": [1, 2, None, 4, 5]}, {}, "above 0, got nan from 'x' to 'a', in row 2;"),
        ({**COLUMNS, "weight": [1, 0, 3, 0, 5]}, {}, "above 0, got 0.0 from 'b' to 'c', in row 1 and 1 more;"),
        ({**COLUMNS, "weight": [1, 1e300, 3, 4, 5]}, {}, "above 0, got 1e+300 from 'b' to 'c', in row 1;"),
        ({**COLUMNS, "weight": ["much"] * 5}, {}, "expected a number as weight of each edge"),
        ([[1, 2, 3], [4]], {}, "expected two ids an edge"),
    ],
)
def test_refuses_what_cannot_be_meant(edges: Any, options: dict[str, str], message: str) -> None:
    with pytest.raises(DataError) as caught:
        read_edges(edges, IDS, **options)
    assert message in str(caught.value)
