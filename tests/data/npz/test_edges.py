from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.data.npz.arrays import Arrays, csr_parts
from gnn2mlp.data.npz.edges import FileEdges, read_edges
from gnn2mlp.nn.csr import CSR

PAIRS = np.array([[0, 1, 2], [1, 2, 3]])
MATRIX = np.array([[0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0]])


def file_edges(num_nodes: int = 4, **arrays: Any) -> FileEdges:
    return read_edges(Arrays({key: np.asarray(values) for key, values in arrays.items()}, "mine"), num_nodes)


def read(num_nodes: int = 4, **arrays: Any) -> Any:
    """The ends, of edges that have no weights."""
    edges = file_edges(num_nodes, **arrays)
    assert edges.weight is None
    return edges.ends.tolist()


@pytest.mark.parametrize(
    "arrays",
    [
        {"edge_index": PAIRS},
        {"edge_index": PAIRS.T},
        {"edges": PAIRS.T},
        {"edge_list": PAIRS},
        {"adj": MATRIX},
        {"adjacency": MATRIX.astype(bool)},
        {"A": MATRIX.astype(float)},
        csr_parts(CSR.from_scipy(sp.csr_matrix(MATRIX)), "adj"),
        {"edge_index": np.array(["a", "b", "c", "d"])[PAIRS], "node_ids": ["a", "b", "c", "d"]},
    ],
)
def test_edges_in_each_form(arrays: dict[str, Any]) -> None:
    assert read(**arrays) == PAIRS.tolist()


@pytest.mark.parametrize(
    "arrays",
    [
        {"edge_index": PAIRS, "edge_weight": [0.5, 2.0, 1.5]},
        {"edge_index": PAIRS, "edge_weights": [[0.5], [2.0], [1.5]]},
        {"adj": MATRIX * [1, 0.5, 2.0, 1.5]},
        csr_parts(CSR.from_scipy(sp.csr_matrix(MATRIX * [1, 0.5, 2.0, 1.5])), "adj"),
    ],
)
def test_weights_in_each_form(arrays: dict[str, Any]) -> None:
    edges = file_edges(**arrays)
    assert edges.ends.tolist() == PAIRS.tolist()
    assert edges.weight is not None
    assert edges.weight.tolist() == [0.5, 2.0, 1.5]


def test_two_pairs_are_read_as_their_name_says() -> None:
    assert read(edge_index=[[0, 1], [2, 3]]) == [[0, 1], [2, 3]]
    assert read(edges=[[0, 1], [2, 3]]) == [[0, 2], [1, 3]]


def test_counts_of_edges_are_named_and_count_once() -> None:
    with pytest.warns(
        DataWarning, match="mine: adj holds whole numbers up to 3, read as how many edges .* write .* edge_weight"
    ):
        assert read(adj=3 * MATRIX) == PAIRS.tolist()


@pytest.mark.parametrize(
    ("arrays", "match"),
    [
        ({"x": MATRIX}, "mine: expected edges in the arrays edge_index, or hyperedge_index; the file has x"),
        ({"edge_index": PAIRS, "adj": MATRIX}, "expected edges once, got edge_index and adj; remove all but one"),
        ({"edge_index": PAIRS, "edges": PAIRS}, "expected edges in one array, got edge_index and edges"),
        ({"edge_index": MATRIX}, r"shape \(2, edges\), .* got \(4, 4\); call an adjacency matrix adj$"),
        ({"edge_index": PAIRS[0]}, r"shape \(2, edges\), the two ends of each edge, got \(3,\)$"),
        ({"adj": MATRIX[:3]}, r"an adjacency matrix of shape \(4, 4\), .* got adj of shape \(3, 4\)"),
        ({"adj": MATRIX.astype(str)}, "expected adj to hold numbers, got <U"),
        (
            {"adj": -1.0 * MATRIX},
            r"weights of edges in adj, finite numbers above 0, got -1\.0 and 2 more .* \(adj != 0\).astype",
        ),
        (csr_parts(CSR.from_scipy(sp.csr_matrix(-0.5 * MATRIX)), "adj"), r"weights of edges in adj_data.* got -0\.5"),
        ({"adj": np.where(MATRIX, np.inf, 0)}, r"weights of edges in adj, .* got inf"),
        (
            {"edge_index": PAIRS, "edge_weight": [1.0, 0.0, -2.0]},
            r"in edge_weight, .* got 0\.0 and 1 more .* leave out edges without weight, or set dataset.ignore=\[edge_w",
        ),
        ({"edge_index": PAIRS, "edge_weight": [1.0]}, r"edge_weight to hold a number for each of 3 .* got .* \(1,\)"),
        ({"edge_index": PAIRS, "edge_weight": ["a", "b", "c"]}, "edge_weight to hold a number for each of 3 edges"),
        ({"edge_index": PAIRS.astype(str)}, "must hold integers, .* got text such as '0'; add an array node_ids"),
    ],
)
def test_what_is_no_list_of_edges_is_refused(arrays: dict[str, Any], match: str) -> None:
    with pytest.raises(DataError, match=match):
        read(**arrays)
