from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.npz.arrays import Arrays
from gnn2mlp.data.npz.hyperedges import has_hyperedges, read_hyperedges

A = np.array([[0, 1, 2], [0, 0, 1]])
B = np.array([[2, 1], [0, 0]])


def named(**arrays: Any) -> Arrays:
    return Arrays({key: np.asarray(values) for key, values in arrays.items()}, "mine")


def test_a_file_of_a_hypergraph_is_known_by_its_arrays() -> None:
    assert has_hyperedges(named(hyperedge_index_a=A))
    assert not has_hyperedges(named(edge_index=A))


def test_one_relation() -> None:
    index, weight = read_hyperedges(named(hyperedge_index=A), None)
    assert index.tolist() == A.tolist()
    assert weight is None
    assert read_hyperedges(named(hyperedge_index=A, hyperedge_weight=[1.0, 2.0]), None)[1].tolist() == [1, 2]


def test_several_relations_and_those_that_are_not_wanted() -> None:
    arrays = named(hyperedge_index_a=A, hyperedge_index_b=B, hyperedge_weight_b=[2.0])
    index, weight = read_hyperedges(arrays, ["a"])
    assert (list(index), weight) == (["a"], {})
    assert arrays.unread == []  # b is left out on purpose
    index, weight = read_hyperedges(arrays, None)
    assert list(index) == ["a", "b"]
    assert weight["b"].tolist() == [2]


def test_ids_of_nodes_and_names_of_hyperedges() -> None:
    index = np.array([["u", "v", "u"], ["paper", "paper", "book"]])
    found, _ = read_hyperedges(named(hyperedge_index=index, node_ids=["v", "u"]), None)
    assert found.tolist() == [[1, 0, 1], [1, 1, 0]]


@pytest.mark.parametrize(
    ("arrays", "relations", "match"),
    [
        (
            {"hyperedge_weight_a": [1.0]},
            None,
            "expected the hyperedges of hyperedge_weight_a in the arrays hyper",
        ),
        ({"hyperedge_index": A, "hyperedge_index_b": B}, None, "has one relation without a name, .* got b$"),
        ({"hyperedge_index": A}, ["a"], "none to be asked for, got a$"),
        ({"hyperedge_index_a": A}, ["b"], "expected relations among a, got b$"),
        ({"hyperedge_index_a": A}, ["a", "a"], "expected each relation once, got a, a$"),
    ],
)
def test_relations_that_are_not_there_are_refused(
    arrays: dict[str, Any], relations: list[str] | None, match: str
) -> None:
    with pytest.raises(DataError, match=match):
        read_hyperedges(named(**arrays), relations)
