"""Ids of any type: read, compared, hashed, kept and given back."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.hashing import uniform
from gnn2mlp.tables.ids import Ids

UUIDS = [uuid.UUID(int=i * 2**90 + 5) for i in range(3)]
DAYS = [datetime.date(1969, 12, 31), datetime.date(2024, 2, 29)]
MOMENTS = [datetime.datetime(2024, 2, 29, 12, 30, 0, 5), datetime.datetime(1960, 1, 1)]


def read(array: pa.Array) -> tuple[Ids, pa.Array]:
    ids = Ids.of(array.type, "here")
    return ids, ids.read(pa.chunked_array([array]), "here")


def back(array: pa.Array) -> list[Any]:
    """What becomes of ids on the way to a file and back."""
    ids, found = read(array)
    return ids.restored(ids.arrays(found)).tolist()


@pytest.mark.parametrize(
    ("array", "kind"),
    [
        (pa.array([1, -2], pa.int8()), "integer"),
        (pa.array([1, 2**40, -(2**62)]), "integer"),
        (pa.array([2**63 + 5, 7], pa.uint64()), "unsigned"),
        (pa.array(["b", "", "ä\0x"]), "text"),
        (pa.array(["b", "a"], pa.large_string()), "text"),
        (pa.array(["b", "a", "b"]).dictionary_encode(), "text"),
        (pa.array([b"\0\xff", b""]), "bytes"),
        (pa.array([b"ab", b"cd"], pa.binary(2)), "bytes"),
        (pa.array([u.bytes for u in UUIDS], pa.uuid()), "uuid"),
        (pa.array(DAYS), "date"),
        (pa.array(MOMENTS), "time"),
    ],
)
def test_ids_come_back_as_they_were_written(array: pa.Array, kind: str) -> None:
    assert read(array)[0].kind == kind
    assert back(array) == array.to_pylist()
    assert back(array.slice(1)) == array.slice(1).to_pylist()


def test_numbers_that_other_tools_write_are_whole_numbers() -> None:
    assert back(pa.array([3.0, -1.0])) == [3, -1]
    assert back(pa.array([Decimal(3), Decimal(10**12)], pa.decimal128(20, 0))) == [3, 10**12]
    moments = pa.array([datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)])
    assert read(moments)[0].kind == "time_utc"
    assert back(moments) == [datetime.datetime(2024, 1, 1)]


def test_hashes_are_of_the_value_whatever_its_type() -> None:
    numbers = [5, 2**31 - 1, -7]
    expected = uniform(np.array(numbers), 0, "p").tolist()
    for kind in (pa.int32(), pa.int64(), pa.float64()):
        ids, found = read(pa.array(numbers, kind))
        assert ids.uniform(found, 0, "p").tolist() == expected
    texts = [
        ids.uniform(found, 0, "p").tolist()
        for ids, found in map(read, (pa.array(["ab", "c"]), pa.array(["x", "ab", "c"], pa.large_string()).slice(1)))
    ]
    assert texts[0] == texts[1]
    assert len(set(texts[0])) == 2


@pytest.mark.parametrize(
    ("array", "match"),
    [
        (pa.array([1, None]), "here: expected an id in every row, got 1 without"),
        (pa.array([0.5]), "expected whole numbers as ids, got float64"),
        (pa.array([float("nan")]), "expected whole numbers as ids"),
        (pa.array([2.0**60]), r"from 2\^53 on, where several ids become one; write them as int64"),
        (pa.array([2.0**53]), r"from 2\^53 on"),  # which 2^53 + 1 is as well
        (pa.array([2.0**25], pa.float32()), r"ids are float32 from 2\^24 on, where several ids become one"),
        (pa.array([True]), "here: expected ids that are numbers, text, .*got bool"),
        (pa.array([[1]]), "expected ids that are .* got list"),
    ],
)
def test_what_is_no_id_is_refused(array: pa.Array, match: str) -> None:
    with pytest.raises(DataError, match=match):
        read(array)


def test_kinds_that_cannot_be_equal_are_not_joined() -> None:
    numbers, texts = Ids("integer"), Ids("text")
    with pytest.raises(DataError, match="f has whole numbers and k has text, .*write the ids as the same type in both"):
        numbers.joined_with(texts, "f", "k")
    assert numbers.joined_with(Ids("unsigned"), "f", "k") == Ids("unsigned").joined_with(numbers, "f", "k") == numbers
    assert Ids("uuid").joined_with(Ids("bytes"), "f", "k") == Ids("uuid")
    with pytest.raises(DataError, match="times without a zone .* times with a zone"):
        Ids("time").joined_with(Ids("time_utc"), "f", "k")


def test_an_id_too_large_for_those_of_the_other_table_is_named() -> None:
    large = pa.chunked_array([pa.array([2**63], pa.uint64())])
    with pytest.raises(DataError, match="expected whole numbers as ids, got others: .*9223372036854775808"):
        Ids("integer").read(large, "here")


def test_an_example_is_shown_as_it_was_written() -> None:
    assert [ids.shown(found) for ids, found in map(read, (pa.array(["a"]), pa.array([7]), pa.array(DAYS)))] == [
        "'a'",
        "7",
        "1969-12-31",
    ]
