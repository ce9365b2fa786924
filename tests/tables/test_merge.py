"""Two sorted sides merged by id, however they are cut into batches."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from gnn2mlp.tables.ids import Ids
from gnn2mlp.tables.merge import Notes, SortedTable, merged

DTYPE = np.dtype([("value", np.int32)])


def side(name: str, ids: list, notes: Notes, size: int) -> SortedTable:
    """Rows whose bucket is the length of their id, and whose value is its place in `ids`."""
    rows = sorted((len(str(i)), i, place) for place, i in enumerate(ids))

    def batches() -> Iterator[pa.RecordBatch]:
        for part in (rows[start : start + size] for start in range(0, len(rows), size)):
            bucket, keys, places = zip(*part, strict=True)
            packed = [np.int32(place).tobytes() for place in places]
            columns = [pa.array(bucket, pa.int32()), pa.array(keys, notes.ids.compared), pa.array(packed, pa.binary(4))]
            yield pa.record_batch(columns, names=["bucket", "id", "row"])

    return SortedTable(name, batches(), DTYPE, notes)


def join(left: list, right: list, ids: Ids, size: int) -> tuple[list[tuple], Notes]:
    notes = Notes(ids)
    sides = side("features", left, notes, size), side("knowledge", right, notes, size)
    found = []
    for bucket in range(1, 5):
        rows, values = merged(*sides, bucket)
        found += list(zip(rows.ids.to_pylist(), rows.values["value"].tolist(), values["value"].tolist(), strict=True))
    return found, notes


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("text", [False, True])
def test_rows_are_joined_by_id(size: int, text: bool) -> None:
    kind, write = (Ids("text"), str) if text else (Ids("integer"), int)
    left = [write(i) for i in (12, 3, 111, 10, 4444, 7)]
    right = [write(i) for i in (7, 10, 99, 5, 4444, 3)]
    found, notes = join(left, right, kind, size)
    assert found == [(i, left.index(i), right.index(i)) for i in map(write, (3, 7, 10, 4444))]
    assert notes.counts == {"without knowledge": 2, "without features": 2}
    shown = {"without knowledge": "12" if not text else "'111'", "without features": "5" if not text else "'5'"}
    assert notes.first == shown


@pytest.mark.parametrize("size", [1, 2, 100])
def test_repeated_ids_are_counted_on_either_side_and_held_once(size: int) -> None:
    found, notes = join([1, 22, 22, 22, 333], [22, 1, 333, 333, 55, 55], Ids("integer"), size)
    assert [row[0] for row in found] == [1, 22, 333]
    assert notes.counts == {"repeated in the features": 2, "repeated in the knowledge": 2, "without features": 1}
    assert notes.first == {
        "repeated in the features": "22",
        "repeated in the knowledge": "55",
        "without features": "55",
    }


def test_a_side_may_be_empty() -> None:
    found, notes = join([], [1, 2], Ids("integer"), 1)
    assert (found, notes.counts) == ([], {"without features": 2})
