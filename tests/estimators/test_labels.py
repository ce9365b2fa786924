import numpy as np
import pandas as pd
import pytest
import torch

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.estimators.labels import encode_labels


@pytest.mark.parametrize(
    ("y", "classes", "codes"),
    [
        ([7, -1, 3, 7], [3, 7], [1, -1, 0, 1]),
        (np.array([7, -1, 3, 7], dtype=np.int8), [3, 7], [1, -1, 0, 1]),
        (torch.tensor([7, -1, 3, 7]), [3, 7], [1, -1, 0, 1]),
        (np.array([1.0, np.nan, 0.0, -1.0]), [0, 1], [1, -1, 0, -1]),
        (np.array([255, 3], dtype=np.uint8), [3, 255], [1, 0]),  # which is -1 to those who count in bytes
        (pd.Series([1, None, 0]), [0, 1], [1, -1, 0]),
        (pd.Series([1, pd.NA, 0], dtype="Int64"), [0, 1], [1, -1, 0]),
        (["b", "a", None, "b"], ["a", "b"], [1, 0, -1, 1]),
        (["b", "a", -1, float("nan")], ["a", "b"], [1, 0, -1, -1]),
        (np.array(["b", "a", -1], dtype=object), ["a", "b"], [1, 0, -1]),
        (np.array(["b", "a", ""]), ["a", "b"], [1, 0, -1]),
        (np.array(["b", "a"]), ["a", "b"], [1, 0]),
        (pd.Series(["b", None, "a"], dtype="category"), ["a", "b"], [1, -1, 0]),
        (pd.Series(["b", pd.NA, "a"], dtype="string"), ["a", "b"], [1, -1, 0]),
        ([True, False, None], [False, True], [1, 0, -1]),
    ],
)
def test_classes_are_sorted_and_numbered(y: object, classes: list[object], codes: list[int]) -> None:
    encoded = encode_labels(y)
    assert encoded.classes.tolist() == classes
    assert encoded.codes.tolist() == codes
    assert encoded.codes.dtype == np.int64


def test_the_type_of_labels_is_kept() -> None:
    assert encode_labels(np.array([1, 0, -1], dtype=np.int16)).classes.dtype == np.int16
    assert encode_labels(np.array([1.0, 0.0])).classes.dtype == np.int64
    assert encode_labels(["bb", "a"]).classes.dtype == np.dtype("<U2")


def test_the_argument_is_not_changed() -> None:
    y = np.array([7, -1, 3])
    encode_labels(y)
    assert y.tolist() == [7, -1, 3]


@pytest.mark.parametrize("y", [[-1, 1, 1], np.array([-1, 1, 1]), np.array([-1.0, 1.0, 1.0])])
def test_minus_one_and_one_alone_are_two_classes(y: object) -> None:
    """As `check_estimator` has it; with any gap beside them -1 means unlabelled, as ever."""
    with pytest.warns(DataWarning, match="labels are -1 and 1 alone, and are taken as two classes"):
        codes, classes = encode_labels(y)
    assert (codes.tolist(), classes.tolist()) == ([0, 1, 1], [-1, 1])


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "fit requires y to be passed, but the target y is None"),
        ([[0], [1]], r"y: expected one label per node.*got shape \(2, 1\)"),
        (np.eye(2), r"got shape \(2, 2\)"),
        ([-1, -1], "at least two classes, got no labelled node"),
        ([], "at least two classes, got no labelled node"),
        ([4, -1, 4], r"at least two classes, got one class, 4 \(-1 means unlabelled\)"),
        ([-1, 2, -1], r"got one class, 2 .* if -1 is a class of yours, write y as booleans: y == 2"),
        ([-1, 1, None], "got one class, 1"),
        ([0, 1, -2], "from 0 upwards, or -1 for unlabelled nodes, got -2; write -1"),
        ([0.5, 1.0], "got continuous values such as 0.5"),
        ([np.inf, 1.0, 0.0], "got continuous values such as inf"),
        (np.array(["a", -1]), r"got the text '-1' as a label.*dtype object"),
        (["a", 1], "labels of one type, got numbers and text"),
        ([True, 1, 0], "labels of one type, got booleans and numbers"),
        ([b"a", b"b"], "integers, booleans or text, got"),
        ([1j, 0], "integers, booleans or text, got complex128|labels of one type"),
    ],
)
def test_labels_that_cannot_be_meant_are_refused(y: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        encode_labels(y)
