"""`NodeIds`: rows of ids, and ids that cannot be looked up."""

import datetime
import uuid
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.tables import id_values as module
from gnn2mlp.tables.lookup import NodeIds


@pytest.fixture(params=["arrow", "no arrow"], autouse=True)
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "no arrow":
        monkeypatch.setattr(module, "_pyarrow", lambda: None)


@pytest.mark.parametrize(
    ("ids", "keys", "rows"),
    [
        ([10, 20, 30], [30, 11, 10], [2, -1, 0]),
        ([10, 2**60, -5], [2**60, 11, -5, 2**61], [1, -1, 2, -1]),
        (["a", "b"], ["b", "B", "b"], [1, -1, 1]),
        ([b"a", b"b"], [b"b", b"c"], [1, -1]),
        ([uuid.UUID(int=1), uuid.UUID(int=2)], [uuid.UUID(int=2), uuid.UUID(int=3)], [1, -1]),
        ([datetime.date(2024, 1, 1)], [datetime.datetime(2024, 1, 1), datetime.date(2024, 1, 2)], [0, -1]),
        (["a", "b"], ["b", None], [1, -1]),
        (["a", "b"], [None, None], [-1, -1]),
        ([1, 2], np.array([2.0, np.nan]), [1, -1]),
        ([1, 2], [], []),
        ([], [1, 2], [-1, -1]),
        (np.array([2**64 - 1, 3], dtype=np.uint64), [-1, 3], [-1, 1]),
        ([-1, 3], np.array([2**64 - 1, 3], dtype=np.uint64), [-1, 1]),
    ],
)
def test_finds_rows(ids: Any, keys: Any, rows: list[int]) -> None:
    found = NodeIds(ids).rows(keys)
    assert found.dtype == np.int64
    assert found.tolist() == rows


@pytest.mark.parametrize("spread", [1, 2**40])
def test_agrees_with_a_dictionary(spread: int) -> None:
    random = np.random.default_rng(0)
    ids = random.permutation(5_000) * spread
    keys = random.integers(-10, 6_000, 9_000) * spread
    place = {int(value): row for row, value in enumerate(ids)}
    assert NodeIds(ids).rows(keys).tolist() == [place.get(int(key), -1) for key in keys]


def test_chunks_meet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gnn2mlp.tables.lookup._CHUNK", 4)
    ids = np.array([7, 10**15, 9, 3])
    assert NodeIds(ids).rows(np.array([9, 3, 7, 10**15, 5, 9, 3])).tolist() == [2, 3, 0, 1, -1, 2, 3]


def test_containers_mix() -> None:
    for ids in (["a", "b"], pd.Index(["a", "b"]), pl.Series(["a", "b"]), pa.array(["a", "b"])):
        for keys in (["b"], pd.Series(["b"]), pd.Categorical(["b"]), pl.Series(["b"]), pa.array(["b"])):
            assert NodeIds(ids).rows(keys).tolist() == [1]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["a", "b", "a"], "nodes: expected each id once, got 'a' (rows 0 and 2) more than once; keep one row of each"),
        ([5, 5, 6], "got 5 (rows 0 and 1)"),
        ([5, 2**50, 2**50, 5, 6], "got 5 (rows 0 and 3), "),
        ([2, 1, 1, 2], "got 2 (rows 0 and 3), 1 (rows 1 and 2) more"),
        (["a", None, "b"], "nodes: expected an id in every row, got 1 without (rows 1); drop these rows"),
        (["a", 1], "expected ids of one kind"),
    ],
)
def test_refuses_ids_that_name_no_single_row(ids: Any, message: str) -> None:
    with pytest.raises(DataError) as caught:
        NodeIds(ids, "nodes")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("ids", "keys", "message"),
    [
        (
            ["1", "2"],
            [1, 2],
            "edges: expected text, as nodes has ('1'), got whole numbers (1), none of which can",
        ),
        ([1, 2], [None, "2"], "expected whole numbers, as nodes has (1), got text ('2')"),
        ([1, 2], [datetime.date(2024, 1, 1)], "got dates or times (2024-01-01)"),
    ],
)
def test_refuses_keys_that_cannot_match(ids: Any, keys: Any, message: str) -> None:
    with pytest.raises(DataError) as caught:
        NodeIds(ids, "nodes").rows(keys, "edges")
    assert message in str(caught.value)
    assert "write both as one type" in str(caught.value)


@pytest.mark.parametrize("kind", ["text", "bytes", "uuid"])
def test_few_keys_are_found_as_many_are(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few keys search hashes; a hash that two ids share changes nothing."""
    made = {"text": lambda n: f"page {n}", "bytes": lambda n: b"page %d" % n, "uuid": lambda n: uuid.UUID(int=n)}[kind]
    ids = NodeIds([made(number) for number in range(200)])
    keys = [made(3), made(777), None, made(199), made(3)]
    assert ids.rows(keys).tolist() == [3, -1, -1, 199, 3]
    assert ids.rows(keys * 60).tolist() == [3, -1, -1, 199, 3] * 60
    monkeypatch.setattr("gnn2mlp.tables.keys.id_keys", lambda values: np.zeros(len(values.data), np.int64))
    assert NodeIds([made(number) for number in range(200)]).rows(keys).tolist() == [3, -1, -1, 199, 3]
