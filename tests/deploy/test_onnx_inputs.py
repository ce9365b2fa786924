from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.deploy.onnx_inputs import Column, RawInputs, as_matrix, chunks

COLUMNS = [
    Column("likes", "number", "float64", "number", "number", "likes"),
    Column("kind", "text", "str", "category", "category", "kind"),
    Column("about", "text", "str", "text", "text", "about"),
    Column("tags", "list", "object", "bag", "items", "tags", None),
]
TABLE: dict[str, Any] = {
    "about": ["A ΟΔΟΣ", None],
    "tags": [["x", "y"], None],
    "likes": [3, None],
    "kind": [None, "b"],
}


@pytest.mark.parametrize("form", [dict, pd.DataFrame, pl.DataFrame, pa.table])
def test_every_table_is_read_by_name(form: Any) -> None:
    fed = RawInputs(COLUMNS).read(form({**TABLE, "more": [1, 2]}))
    assert {name: array.tolist() for name, array in fed.items() if name != "likes"} == {
        "kind": [[""], ["b"]],
        "about": [["a οδος"], [""]],  # as Python lowers the last letter
        "tags": [["x", "y"], ["", ""]],
    }
    np.testing.assert_array_equal(fed["likes"], [[3.0], [np.nan]])


def test_one_row_is_a_mapping_of_values() -> None:
    fed = RawInputs(COLUMNS).read({"about": "x", "tags": ["y"], "likes": 1, "kind": float("nan")})
    assert [(name, array.tolist()) for name, array in fed.items()] == [
        ("likes", [[1.0]]),
        ("kind", [[""]]),
        ("about", [["x"]]),
        ("tags", [["y"]]),
    ]


def test_no_row() -> None:
    fed = RawInputs(COLUMNS).read({name: [] for name in TABLE})
    assert {name: array.shape for name, array in fed.items()} == dict.fromkeys(TABLE, (0, 1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"likes": ["many", "few"]}, r"column 'likes', row 0: expected number, as in training, got text"),
        ({"likes": [1.0, float("inf")]}, r"column 'likes', row 1: expected a finite number"),
        ({"kind": [["a"], ["b"]]}, r"column 'kind', row 0: expected text, as in training, got list"),
    ],
)
def test_columns_of_another_type_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        RawInputs(COLUMNS).read({**TABLE, **change})


def test_a_missing_column_is_named() -> None:
    table = {"like": TABLE["likes"], **{name: TABLE[name] for name in ("kind", "about", "tags")}}
    with pytest.raises(DataError, match="predict: expected the 4 columns.*missing 'likes'; did you mean 'like'"):
        RawInputs(COLUMNS).read(table, "predict")


def test_numbers_of_several_columns_are_one_matrix() -> None:
    columns = [
        Column("b", "number", "int", "number", "number", "numbers", 1, 1),
        Column("kind", "text", "str", "category", "category", "kind"),
        Column("a", "boolean", "bool", "boolean", "number", "numbers", 1, 0),
    ]
    fed = RawInputs(columns).read({"a": [True, False], "b": [7, 8], "kind": ["x", "y"]})
    assert {name: array.tolist() for name, array in fed.items()} == {
        "kind": [["x"], ["y"]],
        "numbers": [[1.0, 7.0], [0.0, 8.0]],
    }


def test_vectors_keep_their_width() -> None:
    column = Column(
        "at", "list", "list", "vector", "vector", "at", 2, None, {"spec": "vector", "size": 2, "flagged": True}
    )
    fed = RawInputs([column]).read({"at": [[1.0, 2.0], None]})
    assert fed["at"].dtype == np.float32
    np.testing.assert_array_equal(fed["at"], [[1, 2], [np.nan, np.nan]])
    with pytest.raises(DataError, match="expected 2 numbers, as in training, got 3"):
        RawInputs([column]).read({"at": [[1.0, 2.0, 3.0]]})


def test_a_column_says_what_it_takes_and_is_made_again_of_that() -> None:
    column = Column("since", "date", "datetime64", "date", "number", "since")
    facts = column.facts()
    assert facts["takes"].startswith("days since 1970-01-01")
    assert (facts["type"], COLUMNS[1].facts()["type"]) == ("float64", "string")
    assert Column.of(facts) == column


@pytest.mark.parametrize(("features", "sizes"), [(2, [3, 2]), (100, [1] * 5), (1, [3, 2])])
def test_chunks_hold_so_many_values(features: int, sizes: list[int]) -> None:
    fed = {"a": np.arange(5.0)[:, None], "text": np.array([["xx"]] * 5, dtype=object)}
    parts = list(chunks(fed, features, 6))
    assert [len(part["a"]) for part in parts] == sizes
    assert np.concatenate([part["a"] for part in parts]).ravel().tolist() == [0, 1, 2, 3, 4]
    assert list(chunks({"a": fed["a"][:0]}, 1, 6)) == []


def test_matrices() -> None:
    assert as_matrix(np.array(["a"], dtype=object)).tolist() == [["a"]]
    assert as_matrix(np.ones((2, 3), np.float32)).dtype == np.float64
