import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from gnn2mlp.encoders._pandas import of_series
from gnn2mlp.encoders.values import Other, Values, Where

HERE = Where("c")


def read(values: list, dtype: object = None) -> Values:
    return of_series(pd.Series(values, dtype=dtype, index=range(7, 7 + len(values))), HERE)


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float32", pd.ArrowDtype(pa.int32()), "object"])
def test_numbers(dtype: object) -> None:
    values = read([1, None, 3], dtype)
    assert (values.kind, values.dtype) == ("number", values.dtype)
    np.testing.assert_array_equal(values.numbers, [1, np.nan, 3])


@pytest.mark.parametrize("dtype", ["boolean", pd.ArrowDtype(pa.bool_()), "object"])
def test_truth_values(dtype: object) -> None:
    values = read([True, None, False], dtype)
    assert values.kind == "boolean"
    np.testing.assert_array_equal(values.numbers, [1, np.nan, 0])


@pytest.mark.parametrize("dtype", ["str", "string", "string[python]", pd.ArrowDtype(pa.string()), "object"])
@pytest.mark.parametrize("times", [1, 20])
def test_texts(dtype: object, times: int) -> None:
    values = read(["b", None, "a", "b", ""] * times, dtype)
    assert values.kind == "text"
    assert values.to_list() == ["b", None, "a", "b", None] * times


def test_categories_by_what_is_there() -> None:
    values = of_series(pd.Series(pd.Categorical(["b", None, "a"], categories=["a", "never", "b"])), HERE)
    assert values.kind == "category"
    assert values.to_list() == ["b", None, "a"]
    assert of_series(pd.Series(pd.Categorical([3, 1, 3])), HERE).to_list() == ["3", "1", "3"]
    arrow = pd.ArrowDtype(pa.dictionary(pa.int8(), pa.string()))
    assert read(["b", None, "b"], arrow).to_list() == ["b", None, "b"]
    assert isinstance(of_series(pd.Series(pd.Categorical(pd.to_datetime(["2020-01-01"]))), HERE), Other)


@pytest.mark.parametrize("dtype", ["datetime64[ns]", "datetime64[s]", pd.ArrowDtype(pa.timestamp("us"))])
def test_dates(dtype: object) -> None:
    values = of_series(pd.Series(pd.to_datetime(["1970-01-02 12:00", None])).astype(dtype), HERE)
    assert values.kind == "date"
    np.testing.assert_array_equal(values.numbers, [1.5, np.nan])


def test_a_zone_counts() -> None:
    moments = pd.Series(pd.to_datetime(["1970-01-01 12:00", None])).dt.tz_localize("Asia/Tokyo")
    np.testing.assert_array_equal(of_series(moments, HERE).numbers, [0.125, np.nan])


def test_lists_and_what_no_encoder_reads() -> None:
    assert read([["a"], None]).kind == "list"
    assert read([[1, 2]], pd.ArrowDtype(pa.list_(pa.int64()))).kind == "list"
    assert isinstance(of_series(pd.Series(pd.period_range("2020-01", periods=2, freq="M")), HERE), Other)
