import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.checks import check_classes, check_edges, check_labels, check_own_split


@pytest.mark.parametrize("labels", [[0, -1, 1], np.array([0.0, -1.0, 1.0]), torch.tensor([0, -1, 1], dtype=torch.int8)])
def test_labels_of_any_numeric_type_become_int64(labels: object) -> None:
    checked = check_labels(labels, 3, "g")
    assert checked.dtype == torch.int64
    assert checked.tolist() == [0, -1, 1]


@pytest.mark.parametrize(
    ("labels", "match"),
    [
        ([0, 1], r"one label per node, 3 in all, got an array of shape \(2,\)"),
        ([[0], [1], [0]], r"got an array of shape \(3, 1\)"),
        ([0, 1, -2], "-1 .unknown. or a class from 0 upwards, got -2"),
        ([0.5, 1, 0], "labels must be integers"),
        ([float("nan"), 1, 0], "labels must be integers, -1 for unknown"),
        (["cat", "dog", "cat"], "labels must be integers.*number the classes from 0"),
        ([-1, -1, -1], "every node is unlabelled"),
    ],
)
def test_bad_labels_are_refused(labels: object, match: str) -> None:
    with pytest.raises(DataError, match=match):
        check_labels(labels, 3, "g")


def test_no_node_is_refused() -> None:
    with pytest.raises(DataError, match="at least one node, got none"):
        check_labels(np.zeros(0, dtype=int), 0, "g")


def test_a_label_beyond_the_named_classes_is_refused() -> None:
    assert check_classes(torch.tensor([0, 2]), None, "g") == ("0", "1", "2")
    assert check_classes(torch.tensor([0, 1]), ["a", "b"], "g") == ("a", "b")
    with pytest.raises(DataError, match=r"labels must lie in 0\.\.1 .*, got 2"):
        check_classes(torch.tensor([0, 2]), ["a", "b"], "g")


@pytest.mark.parametrize(
    ("edges", "match"),
    [
        ([[0, 3], [1, 1]], r"edge ends must lie in 0\.\.2, got 3 in 1 of 2 edges"),
        ([[0, -1], [1, 1]], r"got -1 in 1 of 2 edges"),
        ([[0, 1], [1, 2], [2, 0]], r"must have shape \(2, edges\), got \(3, 2\); transpose"),
        ([0, 1], r"must have shape \(2, edges\), got \(2,\)"),
        ([[0, 1], [1]], r"must have shape \(2, edges\), got no array"),
        ([[0.0], [1.0]], "must hold integers, got float64"),
    ],
)
def test_bad_edges_are_refused(edges: object, match: str) -> None:
    with pytest.raises(DataError, match=match):
        check_edges(edges, 3, "g")


def test_edges_of_any_integer_type_become_int64() -> None:
    assert check_edges(np.array([[0], [1]], dtype=np.uint8), 3, "g").dtype == torch.int64
    assert check_edges(torch.tensor([[0], [1]], dtype=torch.int32), 3, "g").tolist() == [[0], [1]]
    assert check_edges(np.zeros((2, 0)), 3, "g").shape == (2, 0)


def test_own_splits_are_sorted_and_disjoint() -> None:
    parts = check_own_split({"train": [2, 0], "test": np.array([1])}, 3, "g")
    assert parts["train"].tolist() == [0, 2]
    with pytest.raises(DataError, match="listed twice"):
        check_own_split({"train": [0, 1], "test": [1]}, 3, "g")
    with pytest.raises(DataError, match=r"node ids must lie in 0\.\.2, got 0\.\.3"):
        check_own_split({"train": [0], "test": [3]}, 3, "g")
    with pytest.raises(DataError, match="needs 'train' and 'test'"):
        check_own_split({"train": [0], "val": [1]}, 3, "g")
