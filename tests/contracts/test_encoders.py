"""What every registered encoder promises."""

import copy
import datetime as dt
import json
import pickle
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.encoders import ENCODERS, ColumnEncoder
from tests.tiny import small

DAY = dt.datetime(2024, 2, 29, 13, 30)
# Columns of each kind, with gaps and what is awkward in them; rows that were never seen; and one without gaps.
COLUMNS: dict[str, list[Any]] = {
    "number": [3, None, 0.5, 7e6, 0, 12, 3],
    "boolean": [True, None, False, True, True],
    "category": ["shop", None, "bar", "shop", "a=b", "", "Ünïcode ☃"],
    "date": [DAY, None, dt.date(1969, 12, 31), DAY.replace(tzinfo=dt.timezone(dt.timedelta(hours=5))), DAY],
    "list": [["a", "b"], [], None, ["b", "b", "c d"], ["a"], ["b"]],
    "text": ["A red house, a RED door", "the blue house", None, "", "Straße und Öl; öl?", "1 22 x_y house", "…—“door”"],
    "vector": [[0.5, -1.0], None, [0.0, 0.0], [3.5, 1e-9]],
}
UNSEEN: dict[str, list[Any]] = {
    "number": [100.5, None],
    "boolean": [None, False],
    "category": ["zoo", None],
    "date": [dt.datetime(2030, 7, 1, 1), None],
    "list": [["z", "a"], ["zz"], None],
    "text": ["unknown words", "a house house", None],
    "vector": [[9.0, 1.0], None],
}


@pytest.fixture(params=ENCODERS.names())
def encoder(request: pytest.FixtureRequest) -> ColumnEncoder:
    return small(ENCODERS, request.param)


@pytest.fixture
def kind(encoder: ColumnEncoder) -> str:
    """The kind of column that shows most of what the encoder does."""
    order = ["vector", "list", "date", "text", "category", "number", "boolean"]
    own = {"boolean": "boolean", "category": "category", "date": "date", "bag": "list"}
    return own.get(encoder.name) or next(kind for kind in order if kind in encoder.reads)


def dense(rows: Any) -> np.ndarray:
    return rows if isinstance(rows, np.ndarray) else rows.toarray()


def test_gives_finite_single_precision_rows_of_its_width(encoder: ColumnEncoder, kind: str) -> None:
    rows = encoder.fit(COLUMNS[kind]).transform(COLUMNS[kind])
    assert rows.dtype == np.float32
    assert rows.shape == (len(COLUMNS[kind]), encoder.width)
    assert np.isfinite(dense(rows)).all()
    assert isinstance(rows, np.ndarray) != encoder.sparse


def test_names_each_feature_once(encoder: ColumnEncoder, kind: str) -> None:
    names = encoder.fit(COLUMNS[kind]).feature_names("column")
    assert len(set(names)) == len(names) == encoder.width
    assert all(name.startswith("column") for name in names)


@pytest.mark.parametrize("rows", [COLUMNS, UNSEEN])
def test_a_row_is_the_same_alone(encoder: ColumnEncoder, kind: str, rows: dict[str, list[Any]]) -> None:
    encoder.fit(COLUMNS[kind])
    together = dense(encoder.transform(rows[kind]))
    for row, value in enumerate(rows[kind]):
        np.testing.assert_array_equal(dense(encoder.transform([value]))[0], together[row])


@pytest.mark.parametrize("gaps", [True, False])
def test_is_what_scikit_learn_computes(encoder: ColumnEncoder, kind: str, gaps: bool) -> None:
    column = [value for value in COLUMNS[kind] if gaps or value is not None]
    encoder.fit(column)
    for values in (column, UNSEEN[kind], COLUMNS[kind]):
        ours = dense(encoder.transform(values))
        theirs = dense(encoder.transformer().transform(encoder.prepare(values)))
        np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-7)


def test_facts_and_state_make_it_again(encoder: ColumnEncoder, kind: str) -> None:
    encoder.fit(COLUMNS[kind])
    facts, state = json.loads(json.dumps(encoder.facts(), allow_nan=False)), encoder.state()
    assert all(isinstance(array, np.ndarray) and array.ndim == 1 for array in state.values())
    again = type(encoder).load(facts, state)
    assert again == encoder
    assert again.facts() == encoder.facts()
    assert again.feature_names("x") == encoder.feature_names("x")
    for values in (COLUMNS[kind], UNSEEN[kind]):
        np.testing.assert_array_equal(dense(again.transform(values)), dense(encoder.transform(values)))
        np.testing.assert_array_equal(again.unseen(values), encoder.unseen(values))
        theirs = again.transformer().transform(again.prepare(values))
        np.testing.assert_allclose(dense(theirs), dense(encoder.transform(values)), rtol=1e-6, atol=1e-7)


def test_copies_and_pickles_answer_the_same(encoder: ColumnEncoder, kind: str) -> None:
    encoder.fit(COLUMNS[kind])
    for again in (copy.deepcopy(encoder), pickle.loads(pickle.dumps(encoder))):
        np.testing.assert_array_equal(dense(again.transform(UNSEEN[kind])), dense(encoder.transform(UNSEEN[kind])))


def test_fitting_again_leaves_nothing_behind(encoder: ColumnEncoder, kind: str) -> None:
    fresh = copy.deepcopy(encoder).fit(UNSEEN[kind])
    again = encoder.fit(COLUMNS[kind]).fit(UNSEEN[kind])
    assert again.facts() == fresh.facts()
    assert {key: array.tolist() for key, array in again.state().items()} == {
        key: array.tolist() for key, array in fresh.state().items()
    }


def test_zero_rows_have_the_width_of_any(encoder: ColumnEncoder, kind: str) -> None:
    assert encoder.fit(COLUMNS[kind]).transform([]).shape == (0, encoder.width)


def test_a_column_of_gaps_is_read(encoder: ColumnEncoder, kind: str) -> None:
    rows = dense(encoder.fit(COLUMNS[kind]).transform([None, None]))
    np.testing.assert_array_equal(rows[0], rows[1])
    assert np.isfinite(rows).all()


def test_gaps_alone_can_be_told_where_training_had_some(encoder: ColumnEncoder, kind: str) -> None:
    full = [value for value in COLUMNS[kind] if value is not None and value != ""]
    names = encoder.fit(full).feature_names("x")
    assert not any("missing" in name for name in names)
    names = encoder.fit([*full, None]).feature_names("x")
    assert sum("missing" in name for name in names) == (not encoder.sparse and encoder.name != "drop")


def test_every_kind_that_it_reads_is_read(encoder: ColumnEncoder) -> None:
    for kind in encoder.reads:
        if (encoder.name, kind) in (("date", "text"), ("date", "category"), ("vector", "list"), ("boolean", "number")):
            continue  # of which some alone are dates, vectors, or 0 and 1
        encoder.fit(COLUMNS[kind]).transform(UNSEEN[kind])


def test_refuses_what_it_does_not_read(encoder: ColumnEncoder) -> None:
    for kind in set(COLUMNS) - encoder.reads - {"category", "list"}:  # in Python, texts and lists may be these
        with pytest.raises(DataError, match="row 0"):
            encoder.fit(COLUMNS[kind])


def test_describes_itself(encoder: ColumnEncoder) -> None:
    assert Spec.parse(encoder.spec().to_dict()).build(ENCODERS) == encoder
    assert any(character.isdigit() for character in encoder.citation)
