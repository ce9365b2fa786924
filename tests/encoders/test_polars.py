import datetime as dt

import numpy as np
import polars as pl
import pytest

from gnn2mlp.encoders._polars import of_series
from gnn2mlp.encoders.values import Lists, Nothing, Other, Vectors, Where

HERE = Where("c")


def read(values: list, dtype: object = None) -> object:
    return of_series(pl.Series("c", values, dtype=dtype), HERE)


@pytest.mark.parametrize("dtype", [pl.Int64, pl.UInt8, pl.Float32, pl.Decimal(10, 2)])
def test_numbers(dtype: object) -> None:
    values = read([1, None, 3], dtype)
    assert values.kind == "number"
    np.testing.assert_array_equal(values.numbers, [1, np.nan, 3])


def test_truth_values_texts_and_categories() -> None:
    np.testing.assert_array_equal(read([True, None, False]).numbers, [1, np.nan, 0])
    assert read(["b", None, "", "b"]).to_list() == ["b", None, None, "b"]
    for dtype in (pl.Categorical, pl.Enum(["a", "never", "b"])):
        values = read(["b", None, "a"], dtype)
        assert values.kind == "category"
        assert values.to_list() == ["b", None, "a"]


def test_dates_and_durations() -> None:
    np.testing.assert_array_equal(read([dt.date(1970, 1, 3), None]).numbers, [2, np.nan])
    np.testing.assert_array_equal(read([dt.datetime(1970, 1, 1, 12), None]).numbers, [0.5, np.nan])
    zoned = pl.Series([dt.datetime(1970, 1, 1, 12)]).dt.replace_time_zone("Asia/Tokyo")
    np.testing.assert_array_equal(of_series(zoned, HERE).numbers, [0.125])
    np.testing.assert_array_equal(read([dt.timedelta(seconds=90), None]).numbers, [90, np.nan])


def test_lists_and_vectors() -> None:
    values = read([["a", "b"], [], None, ["c"]])
    assert isinstance(values, Lists)
    assert values.indptr.tolist() == [0, 2, 2, 2, 3]
    assert values.missing.tolist() == [False, False, True, False]
    assert values.items.to_list() == ["a", "b", "c"]
    vectors = read([[1.0, 2.0], None], pl.Array(pl.Float32, 2))
    assert isinstance(vectors, Vectors)
    np.testing.assert_array_equal(vectors.vectors, [[1, 2], [np.nan, np.nan]])
    assert isinstance(read([["a", "b"]], pl.Array(pl.String, 2)), Lists)


def test_nothing_and_what_no_encoder_reads() -> None:
    assert type(read([None, None])) is Nothing
    assert isinstance(read([{"a": 1}]), Other)
    assert isinstance(read([dt.time(12)]), Other)
