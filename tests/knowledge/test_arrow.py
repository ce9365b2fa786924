from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.knowledge import _arrow
from gnn2mlp.knowledge._arrow import (
    distinct,
    is_list,
    is_numeric,
    is_text,
    open_table,
    read_batches,
    to_column,
    to_tensor,
)

PATH = Path("table.parquet")


def test_columns_come_back(tmp_path: Path) -> None:
    one, two = torch.arange(3), torch.arange(6.0).reshape(3, 2)
    table = pa.table({"one": to_column(one), "two": to_column(two)})
    assert torch.equal(to_tensor(table["one"], "one", torch.int64, False, PATH), one)
    assert torch.equal(to_tensor(table["two"], "two", torch.float32, True, PATH), two)
    assert (is_list(table["one"].type), is_list(table["two"].type)) == (False, True)
    assert not is_list(pa.dictionary(pa.int8(), pa.string()))
    assert (is_numeric(table["one"].type), is_numeric(pa.string()), is_numeric(pa.bool_())) == (True, False, False)


@pytest.mark.parametrize("numbered", [False, True])
def test_different_values_are_found_once_and_a_gap_is_one_of_them(numbered: bool) -> None:
    column = pa.chunked_array([["b", None], ["a", "b"]])
    known, places = distinct(column.dictionary_encode() if numbered else column)
    assert known[-1] is None
    assert sorted(known[:-1]) == ["a", "b"]
    assert [known[place] for place in places] == ["b", None, "a", "b"]


def test_text_is_told_by_its_type() -> None:
    assert all(map(is_text, (pa.string(), pa.large_string(), pa.string_view())))
    assert not any(map(is_text, (pa.binary(), pa.int8(), pa.dictionary(pa.int8(), pa.string()))))


def test_arrays_can_be_written_to() -> None:
    made = to_tensor(pa.chunked_array([[1, 2]]), "x", torch.int64, False, PATH)
    made[0] = 7
    assert made.tolist() == [7, 2]


def test_batches_are_all_rows_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_arrow, "BATCH_ROWS", 4)
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": range(10), "b": range(10)}), path, row_group_size=6)
    parts = [part["a"].to_pylist() for part in read_batches(open_table(path), path, ["a"])]
    assert max(map(len, parts)) <= 4
    assert [value for part in parts for value in part] == list(range(10))
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), path)
    assert [part.num_rows for part in read_batches(open_table(path), path, ["a"])] == [0]


def test_a_damaged_page_is_noticed_when_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"a": range(1000)}), path, write_page_checksum=True, use_dictionary=False, compression=None)
    damaged = bytearray(path.read_bytes())
    damaged[2000] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(ArtefactError, match="expected a Parquet table at"):
        list(read_batches(open_table(path), path, ["a"]))


def test_messages_name_file_and_column() -> None:
    with pytest.raises(DataError, match=r"table\.parquet: column 'x': expected numbers, got list"):
        to_tensor(pa.chunked_array([[[1], [2]]]), "x", torch.int64, False, PATH)
