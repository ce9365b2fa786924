from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.npz.arrays import Arrays
from gnn2mlp.data.npz.node_ids import to_rows


def rows(ends: Any, **arrays: Any) -> Any:
    named = Arrays({key: np.asarray(values) for key, values in arrays.items()}, "mine")
    return to_rows(np.asarray(ends), "edge_index", named).tolist()


@pytest.mark.parametrize(
    ("ends", "arrays", "expected"),
    [
        ([[0, 2], [1, 0]], {}, [[0, 2], [1, 0]]),
        ([["u", "w"], ["v", "u"]], {"node_ids": ["v", "u", "w"]}, [[1, 2], [0, 1]]),
        ([[b"u"], [b"v"]], {"ids": ["v", "u"]}, [[1], [0]]),
        ([["u"], ["v"]], {"node_names": ["v", "u"]}, [[1], [0]]),
        ([[1], [0]], {"node_names": ["v", "u"]}, [[1], [0]]),
        ([[100, 7], [7, 100]], {"node_ids": [7, 100]}, [[1, 0], [0, 1]]),
        ([[0, 1], [1, 0]], {"node_ids": [0, 1]}, [[0, 1], [1, 0]]),
        ([[0, 1], [1, 0]], {"node_ids": ["a", "b"]}, [[0, 1], [1, 0]]),
    ],
)
def test_ends_become_rows(ends: Any, arrays: dict[str, Any], expected: Any) -> None:
    assert rows(ends, **arrays) == expected


@pytest.mark.parametrize(
    ("ends", "arrays", "match"),
    [
        ([["u"], ["v"]], {}, r"mine: edge_index must hold integers, .* text such as 'u'; add an array node_ids"),
        ([["u"], ["v"]], {"node_ids": ["u", "w"]}, "edge_index holds v, which node_ids does not; list the id of every"),
        ([[1], [7]], {"node_ids": [7, 100]}, "edge_index holds 1, which node_ids does not; .* rename node_ids to"),
        ([["u"], ["v"]], {"node_ids": [1, 2]}, "edge_index holds text and node_ids int64; write both in one type"),
        ([["u"], ["v"]], {"node_ids": ["u", "v", "u"]}, "a different id for each node in node_ids, got 'u' more than"),
        ([["u"], ["v"]], {"node_ids": [["u", "v"]]}, r"node_ids of shape \(nodes,\), got \(1, 2\)"),
        ([[0, 1], [1, 0]], {"node_ids": []}, r"node_ids of shape \(nodes,\), got \(0,\)"),
        ([[0, 1], [1, 0]], {"node_ids": [1, 0]}, "the numbers in edge_index may be rows or ids, .* write ids as text"),
    ],
)
def test_ends_that_nothing_tells_the_rows_of_are_refused(ends: Any, arrays: dict[str, Any], match: str) -> None:
    with pytest.raises(DataError, match=match):
        rows(ends, **arrays)
