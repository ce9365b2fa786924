import copy
import datetime as dt
import json
import pickle
import warnings
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import ConfigError, DataError, DataWarning, UnknownNameError
from gnn2mlp.core.spec import Spec
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.encoders.category import Category

ROWS = 6
TABLE: dict[str, list[Any]] = {
    "page": ["p1", "p2", "p3", "p4", "p5", "p6"],
    "likes": [10, 20, None, 40, 50, 60],
    "verified": [True, False, True, True, False, False],
    "kind": ["shop", "bar", "shop", None, "bar", "shop"],
    "about": ["a red house", "the blue house", None, "red and blue", "house of red", "a blue one here"],
    "empty": [None] * ROWS,
    "version": [3] * ROWS,
}
IDS = [f"id-{name}" for name in TABLE["page"]]


def fitted(**stated: Any) -> TableEncoder:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        return TableEncoder({"page": "drop", **stated}).fit(TABLE, ids=IDS)


def dense(rows: Any) -> np.ndarray:
    return rows if isinstance(rows, np.ndarray) else rows.toarray()


def test_says_what_became_of_each_column() -> None:
    encoder = fitted()
    told = {column.name: (column.encoder.name, column.reason) for column in encoder.columns}
    assert list(told) == list(TABLE)
    assert told["page"] == ("drop", "as stated")
    assert told["likes"][0] == "number"
    assert told["kind"] == ("category", "2 different values")
    assert told["empty"] == ("drop", "no value in any observed row")
    assert told["version"] == ("drop", "always 3")
    assert encoder.column_names == ("likes", "verified", "kind", "about")
    assert {column.name: column.gaps for column in encoder.columns}["likes"] == 1
    assert "4 of 7 columns" in repr(encoder)


def test_features_have_names_of_their_own() -> None:
    encoder = fitted()
    assert encoder.feature_names[:3] == ("likes", "likes is missing", "verified")
    assert len(set(encoder.feature_names)) == encoder.num_features == encoder.transform(TABLE).shape[1]
    clash = TableEncoder().fit({"a=x": [1.5, 2.5, 3.5], "a": ["x", "y", "x"]})
    assert clash.feature_names == ("a=x", "a=x (2)", "a=y")


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_every_library_gives_the_same(make: Any) -> None:
    encoder, table = fitted(), make(TABLE)
    expected = dense(encoder.transform(TABLE))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        own = TableEncoder({"page": "drop"}).fit(table)
    np.testing.assert_array_equal(dense(own.transform(table)), expected)
    np.testing.assert_array_equal(dense(encoder.transform(table)), expected)
    np.testing.assert_array_equal(
        dense(encoder.transform(table[1:3] if make is not pa.table else table.slice(1, 2))), expected[1:3]
    )
    assert {**own.facts(), "columns": None} == {**encoder.facts(), "columns": None}


def test_one_row_as_a_mapping() -> None:
    encoder = fitted()
    row = {name: values[1] for name, values in TABLE.items()}
    np.testing.assert_array_equal(dense(encoder.transform(row)), dense(encoder.transform(TABLE))[1:2])


def test_rows_that_are_not_observed_have_no_influence() -> None:
    dirty: dict[str, list[Any]] = {name: [*values, "dirt", 1e30] for name, values in TABLE.items()}
    mask = np.arange(ROWS + 2) < ROWS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DataWarning)
        for rows in (mask, np.arange(ROWS), list(range(ROWS))):
            encoder = TableEncoder({"page": "drop"}).fit(dirty, rows=rows)
            assert encoder.facts() == fitted().facts()
            assert {key: value.tolist() for key, value in encoder.state().items()} == {
                key: value.tolist() for key, value in fitted().state().items()
            }


def test_facts_and_state_make_it_again() -> None:
    encoder = fitted()
    again = TableEncoder.of(json.loads(json.dumps(encoder.facts(), allow_nan=False)), encoder.state())
    for made in (again, copy.deepcopy(encoder), pickle.loads(pickle.dumps(encoder))):
        np.testing.assert_array_equal(dense(made.transform(TABLE)), dense(encoder.transform(TABLE)))
        assert made.facts() == encoder.facts()
        assert made.columns == encoder.columns
    with pytest.raises(ConfigError, match="upgrade"):
        TableEncoder.of({**encoder.facts(), "format": 99}, encoder.state())


def test_fitting_again_leaves_nothing_behind() -> None:
    encoder = fitted().fit({"page": IDS, "x": [1.0, 2.0, 4.0, 5.0, 6.0, 9.0]})
    assert encoder.feature_names == ("x",)


@pytest.mark.parametrize("stated", ["log", {"name": "log"}, Spec("log")])
def test_an_encoder_can_be_stated(stated: Any) -> None:
    (column,) = (column for column in fitted(likes=stated).columns if column.name == "likes")
    assert (column.encoder.name, column.reason) == ("log", "as stated")


def test_a_stated_object_stays_as_it_is() -> None:
    mine = Category(most=1)
    encoder = fitted(kind=mine)
    assert "kind=shop" in encoder.feature_names
    assert "kind=bar" not in encoder.feature_names
    assert not hasattr(mine, "categories_")


def test_what_is_stated_is_checked() -> None:
    with pytest.raises(ConfigError, match="no column 'like'; did you mean 'likes'"):
        fitted(like="log")
    with pytest.raises(UnknownNameError, match="did you mean 'log'"):
        fitted(likes="logg")
    with pytest.raises(
        ConfigError, match="'log' reads boolean, number, and column 'kind' holds text .* category, .*text"
    ):
        fitted(kind="log")
    with pytest.raises(ConfigError, match="did you mean 'most'"):
        fitted(kind={"name": "category", "mots": 3})


def test_columns_that_look_like_ids_are_warned_of() -> None:
    with pytest.warns(DataWarning, match="column 'key': it has 20 different values .* keep it"):
        TableEncoder().fit({"key": [f"k{n}" for n in range(20)], "x": list(range(20))})


def test_columns_may_come_in_any_order_with_others_and_without_dropped_ones() -> None:
    encoder = fitted()
    table = {name: TABLE[name] for name in ("about", "kind", "verified", "likes")}
    np.testing.assert_array_equal(
        dense(encoder.transform({**table, "new": [b"?"] * ROWS})), dense(encoder.transform(TABLE))
    )


def test_a_missing_column_is_named_with_the_nearest() -> None:
    table = {("Likes" if name == "likes" else name): values for name, values in TABLE.items()}
    with pytest.raises(DataError, match="missing 'likes'; did you mean 'Likes'"):
        fitted().transform(table)


def test_another_type_names_column_row_and_both_types() -> None:
    for bad, told in ((["1"] * ROWS, "got text"), ([["a"]] * ROWS, "got list"), ([b"x"] * ROWS, "got something else")):
        with pytest.raises(
            DataError, match=r"column 'likes', row 0 \(id 'id-p1'\): expected number, as in training, " + told
        ):
            fitted().transform({**TABLE, "likes": bad}, ids=IDS)


def test_numbers_of_another_type_are_numbers() -> None:
    encoder = fitted()
    for dtype in (np.int8, np.float32, np.uint64):
        table = {**TABLE, "likes": np.array([10, 20, 30, 40, 50, 60], dtype=dtype)}
        np.testing.assert_array_equal(dense(encoder.transform(table))[0], dense(encoder.transform(TABLE))[0])


@pytest.mark.parametrize("bad", [float("inf"), 1e300])
def test_numbers_that_no_feature_can_hold_are_named(bad: float) -> None:
    with pytest.raises(DataError, match=r"column 'likes', row 5 \(id 'id-p6'\)"):
        fitted().transform({**TABLE, "likes": [1, 2, 3, 4, 5, bad]}, ids=IDS)


def test_values_never_seen_are_zeros_and_can_be_told() -> None:
    encoder = fitted()
    table = {**TABLE, "kind": ["shop", "zoo", None, "bar", "zoo", "bar"]}
    assert encoder.unseen(table)["kind"].tolist() == [False, True, False, False, True, False]
    columns = [encoder.feature_names.index(name) for name in ("kind=bar", "kind=shop", "kind is missing")]
    assert dense(encoder.transform(table))[:3, columns].tolist() == [[0, 1, 0], [0, 0, 0], [0, 0, 1]]
    assert encoder.unseen(TABLE) == {}


def test_dates_and_the_texts_that_say_them_are_one_another() -> None:
    texts, moments = ["2024-02-29", "2023-01-01", None], [dt.date(2024, 2, 29), dt.date(2023, 1, 1), None]
    for one, other in ((texts, moments), (moments, texts)):
        encoder = TableEncoder().fit({"since": one})
        np.testing.assert_array_equal(encoder.transform({"since": other}), encoder.transform({"since": one}))
        frame = pd.DataFrame({"since": pd.to_datetime(pd.Series(texts * 20))})
        np.testing.assert_array_equal(encoder.transform(frame)[:3], encoder.transform({"since": one}))
        with pytest.raises(DataError, match="row 1: expected .*date"):
            encoder.transform({"since": ["2024-02-29", "soon"]})
        with pytest.raises(DataError, match="expected (text|date), as in training, got number"):
            encoder.transform({"since": [20240229]})


def test_zero_rows_have_the_width_of_any() -> None:
    encoder = fitted()
    for empty in ({name: [] for name in TABLE}, pd.DataFrame(TABLE).iloc[:0], pl.DataFrame(TABLE)[:0]):
        assert encoder.transform(empty).shape == (0, encoder.num_features)


def test_there_has_to_be_something_to_learn_from() -> None:
    with pytest.raises(DataError, match="at least one observed row"):
        TableEncoder().fit({"x": []})
    with pytest.raises(DataError, match="at least one observed row"):
        TableEncoder().fit(TABLE, rows=[])
    with pytest.raises(DataError, match=r"tells rows apart, got 'x' \(always 3\)"):
        TableEncoder().fit({"x": [3, 3]})


def test_rows_are_sparse_where_most_features_are_zero() -> None:
    words = [f"word{n} word{n + 1} word{n + 2}" for n in range(100)]
    encoder = TableEncoder({"x": {"name": "text", "least": 1}}).fit({"x": words, "y": list(range(100))})
    assert encoder.is_sparse
    rows = encoder.transform({"x": words[:1], "y": [4]})
    assert rows.shape == (1, 103)
    assert rows.nnz == 4
    assert not fitted().is_sparse
