"""Ids in memory: what each container and type is read as, and what is refused."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.tables import id_values as module
from gnn2mlp.tables.id_values import id_values

A, B = uuid.UUID(int=7), uuid.UUID(int=2**100)
DAY, NEXT = datetime.date(2024, 1, 2), datetime.date(2024, 1, 3)
NOON = datetime.datetime(2024, 1, 2, 12)
KINDS: dict[str, list[Any]] = {
    "integer": [3, 2**62, -1],
    "text": ["a", "", "é"],
    "bytes": [b"a", b"\x00"],
    "uuid": [A, B],
    "time": [DAY, NEXT],
}


def _shown(column: Any) -> list[str]:
    values = id_values(column, "ids")
    return [values.shown(row) for row in range(len(values.data))]


@pytest.fixture(params=["arrow", "no arrow"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "no arrow":
        monkeypatch.setattr(module, "_pyarrow", lambda: None)


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("container", [list, lambda ids: np.array(ids, dtype=object), pd.Series, pd.Index])
def test_reads_python_and_pandas(kind: str, container: Any) -> None:
    values = id_values(container(KINDS[kind]), "ids")
    assert values.kind == kind
    assert values.present is None
    assert [values.shown(row) for row in range(len(KINDS[kind]))] == _shown(KINDS[kind])


@pytest.mark.parametrize("kind", ["integer", "text", "bytes", "time"])
@pytest.mark.parametrize("container", [pl.Series, pa.array, lambda ids: pa.chunked_array([ids[:1], ids[1:]])])
def test_reads_polars_and_arrow(kind: str, container: Any) -> None:
    values = id_values(container(KINDS[kind]), "ids")
    assert values.kind == kind
    assert _shown(container(KINDS[kind])) == _shown(KINDS[kind])


def test_reads_arrow_types_of_their_own() -> None:
    assert _shown(pa.array([A, B])) == [str(A), str(B)]
    assert id_values(pa.array([A, None]), "ids").present.tolist() == [True, False]
    assert id_values(pa.array(["a", "b", "a"]).dictionary_encode(), "ids").kind == "text"
    assert _shown(pa.array([1, 2]).cast(pa.decimal128(20, 0))) == ["1", "2"]
    assert id_values(pa.array([None, None]), "ids").present.tolist() == [False, False]
    assert id_values(pa.chunked_array([], type=pa.string()), "ids").kind == "text"


def test_shows_ids_as_they_were_written() -> None:
    assert _shown(["p7"]) == ["'p7'"]
    assert _shown([DAY]) == ["2024-01-02"]
    assert _shown([NOON]) == ["2024-01-02T12:00:00.000000"]
    assert _shown(np.array([2**64 - 1], dtype=np.uint64)) == [str(2**64 - 1)]
    assert _shown([2**64 - 1, 5]) == [str(2**64 - 1), "5"]
    assert _shown(torch.tensor([4, 5])) == ["4", "5"]


def test_times_of_all_containers_are_alike() -> None:
    zone = datetime.timezone(datetime.timedelta(hours=2))
    same = [
        [NOON],
        np.array([NOON], dtype="datetime64[ns]"),
        pd.Series([NOON]),
        pd.Series([NOON.replace(hour=14, tzinfo=zone)]),
        pa.array([NOON], type=pa.timestamp("ms", tz="UTC")),
        pl.Series([NOON]),
    ]
    assert {int(id_values(column, "ids").data[0]) for column in same} == {1_704_196_800_000_000}


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize(
    "column",
    [
        ["a", None],
        pd.Series(["a", None]),
        np.array(["a", np.nan], dtype=object),
        pd.Series([3, None], dtype="Int64"),
        [3, float("nan")],
        np.array([3, np.nan]),
        np.array(["2024-01-01", "NaT"], dtype="datetime64[D]"),
        pd.Series([pd.Timestamp("2024-01-01"), pd.NaT], dtype=object),
        [A, pd.NA],
        pd.Categorical(["a", None]),
    ],
)
def test_finds_gaps(column: Any) -> None:
    assert id_values(column, "ids").present.tolist() == [True, False]


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize(
    "column",
    [
        pd.Series([2**53 + 1, None], dtype="Int64"),
        pd.Series([2**53 + 1, None], dtype="UInt64"),
        pd.Index([2**53 + 1, None], dtype="Int64"),
        pd.Series([2**53 + 1, None], dtype="int64[pyarrow]"),
        pd.Categorical([2**53 + 1, None]),
        np.array([2**53 + 1, np.nan], dtype=object),
        [2**53 + 1, 1.0],
    ],
)
def test_whole_numbers_stay_exact_beside_gaps_and_floats(column: Any) -> None:
    assert _shown(column)[0] == str(2**53 + 1)


def test_reads_categories_of_polars() -> None:
    assert _shown(pl.Series(["b", "a", "b"], dtype=pl.Categorical)) == ["'b'", "'a'", "'b'"]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (["a", 3], "ids: expected ids of one kind, got text ('a', row 0) and whole numbers (3, row 1); write"),
        ([None, 3, "a"], "got whole numbers (3, row 1) and text ('a', row 2)"),
        ([True, False], "got bool True in row 0"),
        (np.array([True]), "got bool"),
        ([1, [2]], "got list [2] in row 1"),
        ([1.5, 2.0], "expected whole numbers as ids, got 1.5 in row 0"),
        (np.array([2.0**53 * 4]), "from 2^53 on, where several ids become one"),
        (np.array([2.0**53]), "from 2^53 on"),  # which 2^53 + 1 is as well
        ([2**60, 2.0**60], "from 2^53 on"),
        (pa.array([Decimal(10**20)]), "exceed 64 bits"),
        (np.array([1, 2], dtype="datetime64[ns]"), "expected times in whole microseconds"),
        (np.array(["300000-01-01"], dtype="datetime64[D]"), "in the years that 64 bits of them hold"),
        ([pd.Timestamp(1), pd.Timestamp(2)], "expected times in whole microseconds"),
        (pa.array([1, 2], type=pa.timestamp("ns")), "expected times in whole microseconds"),
        (["a", "\ud800"], "expected ids that are text in Unicode, got '\\ud800'"),
        ([2**70], "exceed 64 bits; write them as text"),
        (np.zeros((2, 2), dtype=int), "got shape (2, 2)"),
        (pa.array([[1], [2]]), "got list<"),
        (np.array([1j]), "got complex128"),
    ],
)
def test_refuses_what_are_no_ids(column: Any, message: str) -> None:
    with pytest.raises(DataError) as caught:
        id_values(column, "ids")
    assert message in str(caught.value)
