from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.npz.arrays import Arrays
from gnn2mlp.data.npz.labels import Labels, read_labels


def read(y: Any, key: str = "y", **more: Any) -> Labels:
    return read_labels(Arrays({key: np.asarray(y), **more}, "mine"))


@pytest.mark.parametrize("key", ["y", "labels", "node_labels", "label"])
def test_labels_by_their_names(key: str) -> None:
    assert read([0, 1], key).codes.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("y", "codes", "classes"),
    [
        ([0, 1, -1, 1], [0, 1, -1, 1], [0, 1]),
        ([1, 7, -1, 2], [0, 2, -1, 1], [1, 2, 7]),
        ([[2], [0], [-1]], [1, 0, -1], [0, 2]),
        ([1.0, 0.0, np.nan, -1.0], [1, 0, -1, -1], [0, 1]),
        ([True, False, True], [1, 0, 1], [False, True]),
        (["b", "a", "", "b"], [1, 0, -1, 1], ["a", "b"]),
        ([b"b", b"a", b""], [1, 0, -1], ["a", "b"]),
        (np.array([3, 4], dtype=np.uint8), [0, 1], [3, 4]),
    ],
)
def test_classes_are_the_values_that_occur(y: Any, codes: list[int], classes: list[Any]) -> None:
    found = read(y)
    assert found.codes.tolist() == codes
    assert found.codes.dtype == np.int64
    assert found.classes == classes
    assert {type(value) for value in found.classes} == {type(classes[0])}


@pytest.mark.parametrize(
    ("y", "names", "codes"),
    [
        ([1, -1, 0], ["no", "yes"], [1, -1, 0]),
        ([1, 0, 1], ["no", "yes", "perhaps"], [1, 0, 1]),
        ([False, True, True], ["no", "yes"], [0, 1, 1]),
        (["yes", "", "no"], ["no", "yes"], [1, -1, 0]),
        ([1, 0, 1], [b"no", b"yes"], [1, 0, 1]),
    ],
)
def test_class_names_are_what_numbers_count(y: Any, names: Any, codes: list[int]) -> None:
    found = read(y, class_names=np.asarray(names))
    assert found.codes.tolist() == codes
    assert found.classes[:2] == ["no", "yes"]


def test_names_that_are_numbers_stay_numbers() -> None:
    assert read([0, 1], class_names=np.array([2019, 2020])).classes == [2019, 2020]


@pytest.mark.parametrize(
    ("y", "match"),
    [
        ([[0, 1], [1, 1]], r"y of shape \(nodes,\), got 2 columns for each of 2 nodes; .* y\[:, 0\], .* y.argmax\(1\)"),
        (np.zeros((2, 2, 2)), r"y of shape \(nodes,\), got shape \(2, 2, 2\)"),
        (3, r"got shape \(\)"),
        ([], "expected at least one node, got none"),
        ([-1, -1], "every node is unlabelled"),
        (["", ""], "every node is unlabelled"),
        ([0.5, 1.0], "y must hold classes, got values such as 0.5; labels must be integers or text"),
        ([np.inf, 1.0], "y must hold classes, got values such as inf"),
        ([-2, 0], r"a class from 0 upwards, got -2; number the classes from 0: np.unique\(y"),
        ([-1, 1, 1], r"y holds -1 and 1 alone; .* write 0 and 1, \(y > 0\).astype\(int\)"),
        ([-1.0, 1.0], "y holds -1 and 1 alone"),
        (["a", "-1"], "y is text and holds '-1', which may mean unlabelled or a class; write '' for"),
        ([b"a", "é".encode("latin-1")], "mine: y: expected text, or bytes in UTF-8"),
        (
            np.array(["2020-01-01"], dtype="datetime64[D]"),
            "y must hold classes as integers, .*, got datetime64",
        ),
        (np.array([1j]), "y must hold classes .* got complex128"),
    ],
)
def test_labels_that_are_no_classes_are_refused(y: Any, match: str) -> None:
    with pytest.raises(DataError, match=match):
        read(y)


@pytest.mark.parametrize(
    ("y", "names", "match"),
    [
        ([0, 1], ["a", "b", "a"], "class_names: expected different names, got 'a' more than once; rename"),
        ([0, 1], [b"a", "é".encode("latin-1")], "class_names: expected text, or bytes in UTF-8"),
        (["a", "c"], ["a", "b"], "y holds 'c', which class_names does not; expected labels among a, b"),
        ([0, 1], [["a", "b"]], "class_names: expected one name after another"),
    ],
)
def test_names_that_do_not_fit_are_refused(y: Any, names: Any, match: str) -> None:
    with pytest.raises(DataError, match=match):
        read(y, class_names=np.asarray(names))


def test_labels_have_to_be_there_once() -> None:
    with pytest.raises(DataError, match="mine: expected labels in the arrays y .*; the file has x"):
        read([0], key="x")
    with pytest.raises(DataError, match="expected labels in one array, got y and labels"):
        read([0, 1], labels=np.array([1, 0]))
