import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.encoders.reading import accepted, as_lists, as_vectors, conform, read
from gnn2mlp.encoders.values import Numbers, Where

HERE = Where("c", ids=["a", "b", "c", "d"])


@pytest.mark.parametrize("make", [list, tuple, np.array, pd.Series, pl.Series, pa.array, torch.tensor])
def test_columns_of_every_library(make: object) -> None:
    values = read(make([1.5, 2.0]), HERE)
    assert values.kind == "number"
    assert values.numbers.tolist() == [1.5, 2.0]


def test_what_is_no_column_is_refused() -> None:
    for odd in ("text", 3, None):
        with pytest.raises(DataError, match="expected a column"):
            read(odd)


def test_an_infinite_number_is_named() -> None:
    for column in ([1.0, float("inf")], np.array([1.0, -np.inf])):
        with pytest.raises(DataError, match=r"column 'c', row 1 \(id 'b'\): expected a finite number"):
            read(column, HERE)
    with pytest.raises(DataError, match="row 1"):
        read(np.array([[1.0, 2.0], [np.inf, 0.0]]), HERE)
    with pytest.raises(DataError, match="row 0"):
        conform(read([[np.inf, 1.0]], HERE), "vector")


def test_kinds_that_are_one_another() -> None:
    assert conform(read([True, None]), "number").kind == "number"
    assert conform(read([1, 0, None]), "boolean").kind == "boolean"
    assert conform(read(["a"]), "category").kind == "category"
    assert conform(read([[1, 2], None]), "vector").kind == "vector"
    assert conform(read(np.eye(2)), "list").kind == "list"


@pytest.mark.parametrize("kind", ["number", "boolean", "category", "date", "list", "text", "vector"])
def test_no_value_is_of_every_kind(kind: str) -> None:
    values = conform(read([None, None]), kind)
    assert values.kind == kind
    assert values.gaps.tolist() == [True, True]


@pytest.mark.parametrize(("column", "kind"), [(["12"], "number"), ([3], "text"), ([3.0], "date"), ([[1]], "number")])
def test_another_type_than_in_training_is_an_error(column: list, kind: str) -> None:
    with pytest.raises(
        DataError, match=rf"column 'c', row 1 \(id 'b'\): expected {kind}, as in training, got .*object"
    ):
        conform(read([None, *column], HERE), kind)


def test_a_truth_value_is_no_other_number() -> None:
    with pytest.raises(DataError, match=r"row 1 \(id 'b'\): expected true or false, .* got 2"):
        conform(read([1, 2], HERE), "boolean")


def test_vectors_are_of_one_width() -> None:
    with pytest.raises(DataError, match=r"row 2 \(id 'c'\): expected a list of 2 numbers, .* got 3"):
        as_vectors(read([None, [1, 2], [1, 2, 3]], HERE))
    with pytest.raises(DataError, match="lists of numbers"):
        as_vectors(read([["a"]], HERE))


def test_vectors_as_lists_and_back() -> None:
    vectors = conform(read([[1, 2], None, [3, 4]]), "vector")
    lists = as_lists(vectors)
    assert isinstance(lists.items, Numbers)
    assert lists.indptr.tolist() == [0, 2, 2, 4]
    np.testing.assert_array_equal(as_vectors(lists).vectors, vectors.vectors)


def test_one_of_several_kinds() -> None:
    assert accepted(read([None]), frozenset({"text", "category"})).kind == "category"
    assert accepted(read([[1.0, 2.0]]), frozenset({"vector"})).kind == "vector"
    with pytest.raises(DataError, match="expected category or text, got number"):
        accepted(read([3]), frozenset({"text", "category"}))


def test_gaps_without_a_type_of_their_own_are_of_every_kind() -> None:
    for column in ([float("nan")], np.array([np.nan, np.nan]), pd.Series([np.nan]), []):
        for kind in ("text", "date", "list", "boolean", "category"):
            values = conform(read(column), kind)
            assert (values.kind, values.gaps.tolist()) == (kind, [True] * len(column))
    with pytest.raises(DataError, match="expected text, as in training, got number"):
        conform(read([float("nan"), 1.0]), "text")
