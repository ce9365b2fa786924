from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gnn2mlp.core import parquet
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.parquet import distinct, is_list, is_numeric, is_text, open_table, parquet_place, read_batches


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


def test_types_are_told_apart() -> None:
    assert (is_list(pa.int8()), is_list(pa.list_(pa.int8())), is_list(pa.list_(pa.int8(), 2))) == (False, True, True)
    assert not is_list(pa.dictionary(pa.int8(), pa.string()))
    assert (is_numeric(pa.int8()), is_numeric(pa.string()), is_numeric(pa.bool_())) == (True, False, False)


def test_batches_are_all_rows_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_ROWS", 4)
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


@pytest.mark.parametrize("name", ["a.csv", "a.CSV", "folder/a.jsonl", "a.parquet.gz"])
def test_names_of_other_formats_are_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=f"out: expected a name that ends in .parquet.*got '{Path(name).name}'"):
        parquet_place(name)


@pytest.mark.parametrize("name", ["a.parquet", "a.pq", "answers", "answers.2026-11"])
def test_other_names_are_taken(name: str) -> None:
    assert parquet_place(name) == Path(name)
