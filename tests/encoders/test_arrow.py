import datetime as dt
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.encoders._arrow import of_arrow
from gnn2mlp.encoders.values import Lists, Nothing, Other, Vectors, Where

HERE = Where("c")


def read(values: list, dtype: object = None) -> object:
    return of_arrow(pa.chunked_array([pa.array(values, dtype)]), HERE)


@pytest.mark.parametrize("dtype", [pa.int64(), pa.uint8(), pa.float32(), pa.float16()])
def test_numbers(dtype: object) -> None:
    cast = np.float16 if dtype == pa.float16() else int
    values = read([cast(1), None, cast(3)], dtype)
    assert (values.kind, values.dtype) == ("number", str(dtype))
    np.testing.assert_array_equal(values.numbers, [1, np.nan, 3])


def test_decimals_and_truth_values() -> None:
    np.testing.assert_array_equal(read([Decimal("1.25"), None]).numbers, [1.25, np.nan])
    values = read([True, None, False])
    assert values.kind == "boolean"
    np.testing.assert_array_equal(values.numbers, [1, np.nan, 0])


@pytest.mark.parametrize("dtype", [pa.string(), pa.large_string(), pa.string_view()])
def test_texts(dtype: object) -> None:
    values = read(["b", None, "", "b"], dtype)
    assert values.kind == "text"
    assert values.to_list() == ["b", None, None, "b"]


def test_categories_of_several_chunks() -> None:
    column = pa.chunked_array([pa.array(["b", None]).dictionary_encode(), pa.array(["a", "b"]).dictionary_encode()])
    values = of_arrow(column, HERE)
    assert values.kind == "category"
    assert values.to_list() == ["b", None, "a", "b"]
    assert of_arrow(pa.array([3, 1]).dictionary_encode(), HERE).to_list() == ["3", "1"]
    assert isinstance(of_arrow(pa.array([b"x"]).dictionary_encode(), HERE), Other)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_dates(unit: str) -> None:
    moment = dt.datetime(1970, 1, 1, 12)
    np.testing.assert_array_equal(read([moment, None], pa.timestamp(unit)).numbers, [0.5, np.nan])
    np.testing.assert_array_equal(read([moment, None], pa.timestamp(unit, "Asia/Tokyo")).numbers, [0.5, np.nan])
    np.testing.assert_array_equal(read([dt.timedelta(seconds=9)], pa.duration(unit)).numbers, [9])
    np.testing.assert_array_equal(read([dt.date(1970, 1, 3), None]).numbers, [2, np.nan])


def test_lists_and_vectors() -> None:
    for dtype in (pa.list_(pa.string()), pa.large_list(pa.string())):
        values = read([["a", "b"], [], None, ["c"]], dtype)
        assert isinstance(values, Lists)
        assert values.indptr.tolist() == [0, 2, 2, 2, 3]
        assert values.missing.tolist() == [False, False, True, False]
        assert values.items.to_list() == ["a", "b", "c"]
    for rows in ([[1, 2], None], [None, [1, 2]]):
        vectors = read(rows, pa.list_(pa.float32(), 2))
        assert isinstance(vectors, Vectors)
        np.testing.assert_array_equal(vectors.vectors, [row or [np.nan, np.nan] for row in rows])
    holes = read([[1, None], [3, 4]], pa.list_(pa.float64(), 2))
    np.testing.assert_array_equal(holes.vectors, [[1, np.nan], [3, 4]])
    assert read([["a", "b"], None], pa.list_(pa.string(), 2)).missing.tolist() == [False, True]


def test_parts_of_a_table_are_read_as_such() -> None:
    table = pa.table(
        {"x": [[1, 2], [3], [4, 5]], "v": pa.array([[1.0, 2.0], None, [5.0, 6.0]], pa.list_(pa.float64(), 2))}
    )
    part = table.slice(1)
    values = of_arrow(part.column("x"), HERE)
    assert (values.indptr.tolist(), values.items.numbers.tolist()) == ([0, 1, 3], [3, 4, 5])
    np.testing.assert_array_equal(of_arrow(part.column("v"), HERE).vectors, [[np.nan, np.nan], [5, 6]])


def test_nothing_no_rows_and_what_no_encoder_reads() -> None:
    assert type(read([None, None])) is Nothing
    assert len(of_arrow(pa.chunked_array([], pa.string()), HERE)) == 0
    assert isinstance(read([{"a": 1}]), Other)
    assert isinstance(read([dt.time(12)]), Other)
