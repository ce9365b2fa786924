import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.tables.targets import class_labels, counts_of, number_labels, several_labels


@pytest.mark.parametrize(
    ("values", "codes", "classes"),
    [
        (["b", None, "a", "b"], [1, -1, 0, 1], ["a", "b"]),
        (["b", "", "a", "b"], [1, -1, 0, 1], ["a", "b"]),
        ([3, None, -1], [1, -1, 0], [-1, 3]),
        ([3.0, None, 1.0], [1, -1, 0], [1, 3]),
        ([True, False, None], [1, 0, -1], [False, True]),
    ],
)
def test_classes_are_numbered_in_their_order(values: list, codes: list[int], classes: list) -> None:
    found = class_labels(pa.chunked_array([values[:1], values[1:]]), "kind")
    assert found.codes.tolist() == codes
    assert found.values.tolist() == classes
    assert type(found.values.tolist()[0]) is type(classes[0])


def test_categories_are_text() -> None:
    found = class_labels(pa.array(["x", "y", None]).dictionary_encode(), "kind")
    assert (found.codes.tolist(), found.values.tolist()) == ([0, 1, -1], ["x", "y"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pa.array([["a"], ["a", "b"]]), r"label column 'kind': expected one class a row, got a list in row 0; of rows"),
        (pa.array([1.0, 2.5]), r"got numbers with decimals such as 2.5 in row 1; to predict numbers say --task reg"),
        (pa.array(["a", "a", None]), r"expected labelled rows of at least two classes, got one class, 'a'"),
        (pa.array(["a", ""]), r"expected labelled rows of at least two classes, got one class, 'a'"),
        (pa.array([None, None]), r"at least two classes, got no label at all"),
        (pa.array([None, None], pa.string()), r"at least two classes, got no label at all"),
        (pa.array([1, 2], pa.date32()), r"expected classes that are text, whole numbers or booleans, got date32"),
    ],
)
def test_what_is_no_class_is_refused(values: pa.Array, message: str) -> None:
    with pytest.raises(DataError, match=message):
        class_labels(values, "kind")


def test_numbers_are_read_with_gaps() -> None:
    found = number_labels({"a": pa.array([1, None]), "b": pa.chunked_array([[0.5], [2.5]])})
    np.testing.assert_array_equal(found, [[1, 0.5], [np.nan, 2.5]])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pa.array(["1"]), "label column 'a': expected numbers, got string"),
        (pa.array([None], pa.float64()), "expected a number in some rows, got none"),
        (pa.array([1.0, float("inf")]), "expected finite numbers, got infinity"),
    ],
)
def test_what_is_no_number_is_refused(values: pa.Array, message: str) -> None:
    with pytest.raises(DataError, match=message):
        number_labels({"a": values})


def test_several_labels_are_yes_or_no() -> None:
    found = several_labels({"a": pa.array([True, None]), "b": pa.array([0, 1])})
    np.testing.assert_array_equal(found, [[1, 0], [np.nan, 1]])
    with pytest.raises(DataError, match=r"label column 'b': expected 0 and 1, or true and false, .* got 2; for"):
        several_labels({"b": pa.array([0, 2])})
    with pytest.raises(DataError, match="label column 'b': expected a label in some rows, got none"):
        several_labels({"a": pa.array([0, 1]), "b": pa.array([None, None], pa.int64())})


def test_classes_are_counted_the_greatest_first() -> None:
    assert counts_of(["a", "b", "c"], np.array([2, 2, 0, -1])) == {"c": 2, "a": 1, "b": 0}
