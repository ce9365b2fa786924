import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.encoders._objects import of_array, of_list
from gnn2mlp.encoders.values import Lists, Nothing, Numbers, Other, Texts, Vectors, Where

HERE = Where("c", ids=["a", "b", "c", "d"])


def test_numbers_of_every_type() -> None:
    values = of_list([1, None, 2.5, np.int8(3), Decimal("0.25"), float("nan"), True], HERE)
    assert values.kind == "number"
    np.testing.assert_array_equal(values.numbers, [1, np.nan, 2.5, 3, 0.25, np.nan, 1])


@pytest.mark.parametrize("gap", [None, float("nan"), np.float64("nan"), pd.NA, pd.NaT])
def test_gaps_of_every_library(gap: object) -> None:
    assert of_list(["x", gap], HERE).to_list() == ["x", None]
    assert of_list([True, gap], HERE).gaps.tolist() == [False, True]
    assert of_list([dt.date(1970, 1, 2), gap], HERE).gaps.tolist() == [False, True]
    assert of_list([[1], gap], HERE).gaps.tolist() == [False, True]
    assert of_list([gap, gap], HERE).gaps.all()


def test_an_empty_text_is_a_gap() -> None:
    assert of_list(["x", "", " "], HERE).to_list() == ["x", None, " "]


def test_texts_are_kept_once() -> None:
    values = of_list(["b", "a", "b"], HERE)
    assert isinstance(values, Texts)
    assert (values.codes.tolist(), values.texts) == ([0, 1, 0], ["b", "a"])


def test_dates_are_days_in_utc() -> None:
    east = dt.timezone(dt.timedelta(hours=6))
    moments = [dt.date(1970, 1, 3), dt.datetime(1970, 1, 1, 12), dt.datetime(1970, 1, 1, 6, tzinfo=east)]
    values = of_list([*moments, pd.Timestamp("1969-12-31"), np.datetime64("1970-01-02T06")], HERE)
    assert values.kind == "date"
    assert values.numbers.tolist() == [2.0, 0.5, 0.0, -1.0, 1.25]


def test_kinds_must_not_be_mixed() -> None:
    with pytest.raises(
        DataError, match=r"column 'c', row 2 \(id 'c'\): expected one kind .* number \(3\) where .* text"
    ):
        of_list(["a", None, 3], HERE)
    with pytest.raises(DataError, match="got text"):
        of_list([dt.date(2020, 1, 1), "2020-01-02"], HERE)


def test_lists_with_their_items() -> None:
    values = of_list([["a", "b"], (), None, {"b"}], HERE)
    assert isinstance(values, Lists)
    assert values.indptr.tolist() == [0, 2, 2, 2, 3]
    assert values.missing.tolist() == [False, False, True, False]
    assert isinstance(values.items, Texts)
    assert values.items.to_list() == ["a", "b", "b"]
    assert of_list([[], []], HERE).kind == "list"


def test_what_no_encoder_reads() -> None:
    for odd in ({"a": 1}, b"x", 1j, [[1, 2], [3]], [dt.date(2020, 1, 1)]):
        assert isinstance(of_list([odd], HERE), Other)
    assert isinstance(of_array(np.array([1j]), HERE), Other)


def test_durations_are_seconds() -> None:
    values = of_list([dt.timedelta(minutes=1), None, np.timedelta64(1500, "ms")], HERE)
    assert values.kind == "number"
    np.testing.assert_array_equal(values.numbers, [60, np.nan, 1.5])


def test_nothing_is_no_kind() -> None:
    assert isinstance(of_list([], HERE), Nothing)
    assert of_list([None], HERE).kind is None


def test_arrays_by_their_type() -> None:
    assert of_array(np.array([1, 2], dtype=np.uint8), HERE).kind == "number"
    assert of_array(np.array([True]), HERE).kind == "boolean"
    assert of_array(np.array(["a", "b"]), HERE).kind == "text"
    assert of_array(np.array(["1970-01-02", "NaT"], dtype="datetime64[D]"), HERE).gaps.tolist() == [False, True]
    durations = of_array(np.array([1500, "NaT"], dtype="timedelta64[ms]"), HERE)
    assert isinstance(durations, Numbers)
    np.testing.assert_array_equal(durations.numbers, [1.5, np.nan])
    vectors = of_array(np.eye(2, 3), HERE)
    assert isinstance(vectors, Vectors)
    assert vectors.vectors.dtype == np.float32
    with pytest.raises(DataError, match="a value for each row"):
        of_array(np.zeros((1, 2, 3)), HERE)
