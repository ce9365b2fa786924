import numpy as np
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.checks import (
    check_edges,
    check_feature_names,
    check_incidences,
    check_own_split,
    check_sample_weight,
    check_task,
    check_texts,
    check_weights,
    repeated,
)
from gnn2mlp.tasks import NodeClassification


def test_labels_without_a_task_are_classes_that_are_numbered_from_0() -> None:
    task, labels = check_task([0, -1, 2], None, None, 3, "g")
    assert task == NodeClassification([0, 1, 2])
    assert labels.tolist() == [0, -1, 2]
    named, _ = check_task([0, -1, 1], ["a", "b"], None, 3, "g")
    assert named == NodeClassification(["a", "b"])


def test_a_label_beyond_the_named_classes_is_refused() -> None:
    with pytest.raises(DataError, match=r"labels must lie in 0\.\.1 .*, got 2"):
        check_task([0, 2], ["a", "b"], None, 2, "g")


def test_classes_are_given_once() -> None:
    with pytest.raises(DataError, match="g: class names: classes: expected each once, got a more than once"):
        check_task([0, 1], ["a", "a"], None, 2, "g")
    with pytest.raises(DataError, match="class names or a task"):
        check_task([0, 1], ["a", "b"], NodeClassification(["a", "b"]), 2, "g")


def test_sample_weights_are_numbers_from_0() -> None:
    assert check_sample_weight(None, 3, "g") is None
    weights = check_sample_weight([0, 1, 2.5], 3, "g")
    assert weights is not None
    assert weights.tolist() == [0, 1, 2.5]
    for wrong, match in [
        ([1, 1], "one for each of 3"),
        ([1, -1, 1], "from 0"),
        ([0, 0, 0], "not all"),
        ("abc", "numbers"),
        (["a", "b", "c"], "g: sample_weight must be numbers, got <U1; give each node a number from 0"),
    ]:
        with pytest.raises(DataError, match=match):
            check_sample_weight(wrong, 3, "g")


@pytest.mark.parametrize(
    ("edges", "match"),
    [
        ([[0, 3], [1, 1]], r"edge ends must lie in 0\.\.2, got 3 in 1 of 2 edges"),
        ([[0, -1], [1, 1]], r"got -1 in 1 of 2 edges"),
        ([[0, 1], [1, 2], [2, 0]], r"must have shape \(2, edges\), got \(3, 2\); transpose"),
        ([0, 1], r"must have shape \(2, edges\), got \(2,\)"),
        ([[0, 1], [1]], r"must have shape \(2, edges\), got no array"),
        ([[0.0], [1.0]], "must hold integers, the rows of the features, got float64 such as 0.0; number the nodes"),
        ([["u1"], ["u2"]], "must hold integers, the rows of the features, got <U2 such as u1; number the nodes"),
        (np.eye(3, dtype=int), r"got \(3, 3\); give the entries of an adjacency matrix, np.stack\(A.nonzero\(\)\)"),
        (sp.eye(3), r"got a sparse matrix of shape \(3, 3\); give its entries, np.stack\(A.nonzero\(\)\)"),
    ],
)
def test_bad_edges_are_refused(edges: object, match: str) -> None:
    with pytest.raises(DataError, match=match):
        check_edges(edges, 3, "g")


def test_edges_of_any_integer_type_become_int64() -> None:
    assert check_edges(np.array([[0], [1]], dtype=np.uint8), 3, "g").dtype == torch.int64
    assert check_edges(torch.tensor([[0], [1]], dtype=torch.int32), 3, "g").tolist() == [[0], [1]]
    assert check_edges(np.zeros((2, 0)), 3, "g").shape == (2, 0)


@pytest.mark.parametrize(
    ("incidences", "match"),
    [
        ([[0, 3], [1, 1]], r"nodes of hyperedges \(first row\) must lie in 0\.\.2, got 3 in 1 of 2 incidences"),
        ([[-1, 3, 0], [1, 1, 1]], "got -1 in 2 of 3 incidences; number them as the rows of the features"),
        ([[0, 1], [0, -2]], r"hyperedges \(second row\) must be numbered from 0, got -2"),
        ([[0, 1], [1, 2], [2, 0]], r"hyperedge_index must have shape \(2, incidences\), got \(3, 2\); transpose"),
        ([0, 1], r"must have shape \(2, incidences\), got \(2,\)"),
        ([[0, 1], [1]], r"hyperedge_index must have shape \(2, incidences\), got no array"),
        ([[0.0], [1.0]], "hyperedge_index must hold integers, the rows of the features, got float64"),
    ],
)
def test_bad_incidences_are_refused(incidences: object, match: str) -> None:
    with pytest.raises(DataError, match=match):
        check_incidences(incidences, 3, "h")


def test_incidences_of_any_integer_type_become_int64() -> None:
    # Hyperedges may have larger numbers than there are nodes.
    checked = check_incidences(np.array([[0, 2], [9, 3]], dtype=np.uint8), 3, "h")
    assert checked.dtype == torch.int64
    assert checked.tolist() == [[0, 2], [9, 3]]
    assert check_incidences(torch.tensor([[0], [1]], dtype=torch.int32), 3, "h").tolist() == [[0], [1]]
    assert check_incidences(np.zeros((2, 0)), 3, "h").shape == (2, 0)


@pytest.mark.parametrize("weights", [[1, 2], np.array([1.0, 2.0]), torch.tensor([1, 2], dtype=torch.uint8)])
def test_weights_of_any_numeric_type_become_float32(weights: object) -> None:
    checked = check_weights(weights, 2, "h")
    assert checked.dtype == torch.float32
    assert checked.tolist() == [1, 2]


def test_weights_are_1_by_default_and_may_be_more_than_asked_for() -> None:
    assert check_weights(None, 3, "h").tolist() == [1, 1, 1]
    assert check_weights([0.5, 1, 2], 1, "h").tolist() == [0.5, 1, 2]


@pytest.mark.parametrize(
    ("weights", "match"),
    [
        ([1.0], r"as weight of each hyperedge, 2 in all, got float64 of shape \(1,\)"),
        ([[1.0, 2.0]], r"got float64 of shape \(1, 2\)"),
        (2.0, r"got float64 of shape \(\)"),
        (["a", "b"], "expected a number as weight of each hyperedge, 2 in all, got <U1"),
        ([True, True], "got bool"),
        ([[1.0], [1.0, 2.0]], "as weight of each hyperedge, got no array"),
        ([1.0, 0.0], "must be finite and above 0; leave out"),
        ([1.0, -1.0], "must be finite and above 0"),
        ([1.0, float("nan")], "must be finite and above 0"),
        ([1.0, float("inf")], "must be finite and above 0"),
        ([1.0, 1e300], "must be finite and above 0"),  # infinity as float32
        ([1.0, 1e-300], "must be finite and above 0"),  # 0 as float32
    ],
)
def test_bad_weights_are_refused(weights: object, match: str) -> None:
    with pytest.raises(DataError, match=match):
        check_weights(weights, 2, "h")


def test_own_splits_are_sorted_and_disjoint() -> None:
    parts = check_own_split({"train": [2, 0], "test": np.array([1])}, 3, "g")
    assert parts["train"].tolist() == [0, 2]
    with pytest.raises(DataError, match=r"got node 1 in train and test \(1 nodes in all\); remove them from one"):
        check_own_split({"train": [0, 1], "test": [1]}, 3, "g")
    with pytest.raises(DataError, match=r"node ids must lie in 0\.\.2, got 0\.\.3"):
        check_own_split({"train": [0], "test": [3]}, 3, "g")
    with pytest.raises(DataError, match="needs 'train' and 'test'"):
        check_own_split({"train": [0], "val": [1]}, 3, "g")
    for mask in ([True, False, False], [0.0, 1.0], [[0, 1]]):
        with pytest.raises(DataError, match="g: own split: train: expected the ids of its nodes, integers"):
            check_own_split({"train": mask, "test": [1]}, 3, "g")


def test_names_of_features_are_one_each_and_different() -> None:
    assert check_feature_names(None, 2, "g") is None
    assert check_feature_names(["a", "b"], 2, "g") == ("a", "b")
    with pytest.raises(DataError, match="g: expected a feature name for each of 2 features, got 1"):
        check_feature_names(["a"], 2, "g")
    with pytest.raises(DataError, match="g: expected different feature names, got 'a' more than once"):
        check_feature_names(["a", "a"], 2, "g")


def test_repeated_names_are_listed_up_to_a_number() -> None:
    assert repeated(["a", "b"]) == ""
    assert repeated(["a", "b", "a", "c", "b"]) == "'a', 'b'"
    assert repeated(list("abcdefg") * 2) == "'a', 'b', 'c', 'd', 'e' and 2 more"


@pytest.mark.parametrize("texts", [["a", ""], ("a", ""), np.array(["a", ""]), np.array(["a", ""], dtype=object)])
def test_texts_are_one_for_each_node(texts: object) -> None:
    assert check_texts(texts, 2, "g") == ("a", "")
    assert check_texts(None, 2, "g") is None


@pytest.mark.parametrize(
    ("texts", "match"),
    [
        (["secret"], "^g: texts: expected one for each of 2 nodes, got 1$"),
        ("secret", "^g: texts: expected one for each of 2 nodes, got str$"),
        (["secret", None], "^g: texts: expected text for each node, got NoneType for node 1; give a node that says"),
        ([1.0, 2.0], "^g: texts: expected text for each node, got float for node 0"),
    ],
)
def test_bad_texts_are_refused_and_not_shown(texts: object, match: str) -> None:
    with pytest.raises(DataError, match=match) as told:
        check_texts(texts, 2, "g")
    assert "secret" not in str(told.value)
