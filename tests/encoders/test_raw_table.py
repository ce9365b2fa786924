import dataclasses
import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.encoders.raw_table import RawTable
from gnn2mlp.encoders.values import Lists, Values


def told(values: Values) -> str:
    """Everything but the name of the type."""
    items = {"items": dataclasses.replace(values.items, dtype="")} if isinstance(values, Lists) else {}
    return repr(dataclasses.replace(values, dtype="", **items))


COLUMNS = {"likes": [1, 2, 3], "name": ["x", None, "z"]}


@pytest.mark.parametrize(
    "make",
    [
        dict,
        pd.DataFrame,
        pl.DataFrame,
        pa.table,
        pa.RecordBatch.from_pydict,
        lambda columns: [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)],
        lambda columns: np.array([{"likes": 1, "name": "x"}, {"likes": 2}, {"likes": 3, "name": "z"}], dtype=object),
        lambda columns: pd.DataFrame(columns, index=[5, 5, 5]),
    ],
)
def test_tables_of_every_library(make: object) -> None:
    table = RawTable(make(COLUMNS))
    assert (table.names, table.rows) == (("likes", "name"), 3)
    assert table.read("name").to_list() == ["x", None, "z"]
    assert table.read("likes", rows=np.array([2, 0])).numbers.tolist() == [3, 1]
    assert table.dtype("likes")


def test_one_row_of_plain_values() -> None:
    table = RawTable({"likes": 3, "tags": ["a", "b"], "name": None})
    assert table.rows == 1
    assert table.read("tags").items.to_list() == ["a", "b"]
    assert table.read("name").gaps.tolist() == [True]


def test_columns_that_are_numbered() -> None:
    table = RawTable(pd.DataFrame(np.eye(2)))
    assert table.names == ("0", "1")
    assert table.read("1").numbers.tolist() == [0, 1]


def test_what_is_no_table_is_refused() -> None:
    for odd in (np.eye(2), [1, 2], "text", None, []):
        with pytest.raises(DataError, match="expected a table with named columns"):
            RawTable(odd)


def test_columns_must_be_of_one_length_and_named_once() -> None:
    with pytest.raises(DataError, match="'a': 1, 'b': 2"):
        RawTable({"a": [1], "b": [1, 2]})
    with pytest.raises(DataError, match="'a' more than once"):
        RawTable(pd.DataFrame([[1, 2]], columns=["a", "a"]))


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_few_rows_are_read_alike_as_python_objects(make: object) -> None:
    moments = [dt.datetime(2024, 2, 29, 13, 30), None, dt.datetime(1969, 1, 1)]
    made = make(
        {**COLUMNS, "since": moments, "tags": [["a"], None, []], "flag": [True, False, None], "x": [1.5, None, 2]}
    )
    whole, quick = RawTable(made), RawTable(made, quick=True)
    for name in whole.names:
        one, other = whole.read(name), quick.read(name)
        assert one.kind == other.kind
        np.testing.assert_array_equal(one.gaps, other.gaps)
        assert told(one) == told(other)
