import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.feather
import pyarrow.ipc
import pyarrow.parquet
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.tables import reading
from gnn2mlp.tables.reading import column_of, has_types, read_table

TABLE = pa.table({"id": ["a", "b", None], "x": [1.5, None, 3.0]})


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_of_csv_have_the_type_of_what_is_in_them(tmp_path: Path) -> None:
    text = "id,n,x,flag,day,at,word\n007,1,0.5,true,2024-01-02,2024-01-02 10:00:00,a b\n008,,,False,,,\n"
    table = read_table(write(tmp_path / "a.csv", text), types={"id": "text"})
    kinds = [str(field.type) for field in table.schema]
    assert kinds == ["string", "int64", "double", "bool", "date32[day]", "timestamp[s]", "string"]
    assert table["id"].to_pylist() == ["007", "008"]
    assert [table[name].null_count for name in ("n", "x", "day", "at", "word")] == [1] * 5


def test_na_is_a_gap_among_numbers_and_a_value_among_words(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "a.csv", "n,country\n1.5,NA\nNA,DE\n"))
    assert table["n"].to_pylist() == [1.5, None]
    assert table["country"].to_pylist() == ["NA", "DE"]


@pytest.mark.parametrize(
    ("later", "kind", "last"), [("2.5", "double", 2.5), ("x7", "string", "x7"), ("2.5\nx7", "string", "x7")]
)
def test_a_column_that_changes_its_type_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: str, kind: str, last: object
) -> None:
    monkeypatch.setattr(reading, "_BLOCK", 64)
    rows = "\n".join(["1"] * 200 + [later])
    table = read_table(write(tmp_path / "a.csv", f"n\n{rows}\n"))
    assert str(table["n"].type) == kind
    assert table["n"][-1].as_py() == last


@pytest.mark.parametrize(("name", "mark"), [("a.tsv", "\t"), ("a.csv", ";"), ("a.txt", "\t"), ("b.csv", ",")])
def test_what_stands_between_columns_is_told_from_the_header(tmp_path: Path, name: str, mark: str) -> None:
    table = read_table(write(tmp_path / name, f"id{mark}x\na{mark}1\n"))
    assert table.to_pydict() == {"id": ["a"], "x": [1]}


def test_quotes_a_byte_order_mark_and_line_breaks_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('\ufeffid,note\n"a,b","two\nlines"\n'.encode())
    assert read_table(path, types={"id": "text"}).to_pydict() == {"id": ["a,b"], "note": ["two\nlines"]}


def test_packed_files_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id,x\n01,2\n"))
    assert read_table(path, types={"id": "text"}).to_pydict() == {"id": ["01"], "x": [2]}


def test_parquet_arrow_and_feather_are_read(tmp_path: Path) -> None:
    pa.parquet.write_table(TABLE, tmp_path / "a.parquet")
    pa.feather.write_feather(TABLE, tmp_path / "a.feather")
    with pa.ipc.new_stream(tmp_path / "a.arrow", TABLE.schema) as stream:
        stream.write_table(TABLE)
    (tmp_path / "parts").mkdir()
    pa.parquet.write_table(TABLE, tmp_path / "parts" / "0.parquet")
    for name in ("a.parquet", "a.feather", "a.arrow", "parts"):
        assert read_table(tmp_path / name).to_pydict() == TABLE.to_pydict(), name


def test_a_type_is_taken_from_elsewhere(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "source\n17\n")
    assert read_table(path, types={"source": pa.int32()})["source"].type == pa.int32()
    with pytest.raises(DataError, match="table: expected int32 in column 'source' of .*, got 'x'; write both alike"):
        read_table(write(path, "source\n17\nx\n"), types={"source": pa.int32()})


def test_a_missing_file_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    write(tmp_path / "nodes.csv", "id\na\n")
    with pytest.raises(ConfigError, match=r"nodes: expected a file at .*, found none; did you mean 'nodes.csv'\?"):
        read_table(tmp_path / "node.csv", "nodes")


def test_other_kinds_of_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"expected a file whose name ends in .csv, .*got .*a.xlsx; convert it"):
        read_table(write(tmp_path / "a.xlsx", "x"))


@pytest.mark.parametrize("text", ["", "id,x\n"])
def test_an_empty_table_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError, match="nodes: expected rows, got an empty"):
        read_table(write(tmp_path / "a.csv", text), "nodes")


def test_a_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected each column once, got 'x' twice"):
        read_table(write(tmp_path / "a.csv", "x,x\n1,2\n"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.parquet", b"PAR1 no such thing", "could not read .*a.parquet"),
        ("a.arrow", b"no such thing", "could not read .*a.arrow"),
        ("a.csv", b"id,x\na,1,2\n", "could not read .*Expected 2 columns, got 3"),
        ("a.csv", b"id,x\n\xff\xfe,1\n", "UTF-8"),
        ("a.csv", b"\xff\xfei,x\n", "UTF-8"),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ArtefactError, match=message):
        read_table(tmp_path / name, types={"id": "text"})


def test_a_column_is_found_or_the_nearest_one_named() -> None:
    assert column_of(TABLE, "id", "nodes", "--id").to_pylist() == ["a", "b", None]
    with pytest.raises(
        ConfigError, match=r"--label: the nodes have no column 'ix'; did you mean 'x'\? \(columns: 'id'"
    ):
        column_of(TABLE, "ix", "nodes", "--label")


def test_types_may_follow_from_the_names(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "a,b\n01,02\n")
    assert read_table(path, types=lambda names: {names[1]: "text"}).to_pydict() == {"a": [1], "b": ["02"]}


def test_csv_has_no_types() -> None:
    assert [has_types(name) for name in ("a.csv", "a.CSV.gz", "a.parquet", "a.b.arrow", "parts")] == [
        False,
        False,
        True,
        True,
        True,
    ]
