import bz2
import gzip
import lzma
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.deploy import traces


def test_texts_are_found_in_every_file_and_in_every_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gnn2mlp.deploy.byte_search._BLOCK", 8)  # so that texts lie across blocks
    (tmp_path / ".work").mkdir()
    (tmp_path / ".work" / "a.bin").write_bytes(b"\0\1\2\3\4\5page-0017\xff")
    (tmp_path / "b.json").write_text('{"name": "M\\u00fcller"}')
    (tmp_path / "c.html").write_text("<td>a &lt;b&gt; c</td>")
    (tmp_path / "d.txt").write_bytes("page-0018".encode("utf-16-le"))
    found = traces(tmp_path, ["page-0017", "Müller", "a <b> c", "page-0018", "nowhere"])
    assert found == {".work/a.bin": ["page-0017"], "b.json": ["Müller"], "c.html": ["a <b> c"], "d.txt": ["page-0018"]}


def test_what_cannot_be_looked_for_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="three letters or more, got 'ab'"):
        traces(tmp_path, ["ab"])
    with pytest.raises(ConfigError, match="expected a folder"):
        traces(tmp_path / "none", ["abc"])


def test_a_number_within_another_is_no_id(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[0.1133912, 211339, 0.11339]")
    (tmp_path / "b.json").write_text("[7, 11339]")
    assert sorted(traces(tmp_path, ["11339"])) == ["a.json", "b.json"]
    assert traces(tmp_path, ["11339"], whole=True) == {"b.json": ["11339"]}


def test_numbers_are_looked_for_as_arrays_hold_them(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"1" + np.array([3_000_017, 3_000_018]).tobytes() + b"2")
    (tmp_path / "b.txt").write_text("3000018, 3000019")
    found = traces(tmp_path, ["3000018", "3000020"], whole=True, numbers=[3_000_018, 3_000_020])
    assert found == {"a.bin": ["3000018"], "b.txt": ["3000018"]}
    assert traces(tmp_path, [], numbers=[3_000_017]) == {"a.bin": ["3000017"]}


def test_packed_files_and_names_of_files_are_looked_into(tmp_path: Path) -> None:
    text = b"so " * 200 + b"page-0017" + b" so" * 200
    for name, packed in (("a.gz", gzip.compress(text)), ("b.bz2", bz2.compress(text)), ("c.xz", lzma.compress(text))):
        (tmp_path / name).write_bytes(packed)
    np.savez_compressed(tmp_path / "d.npz", ids=np.array(["page-0016", "page-0017"] * 50))
    (tmp_path / "e-page-0017").mkdir()
    (tmp_path / "e-page-0017" / "f.txt").write_text("nothing")
    found = traces(tmp_path, ["page-0017", "page-0018"])
    assert [*found] == ["a.gz", "b.bz2", "c.xz", "d.npz", "e-page-0017", "e-page-0017/f.txt"]
    assert {text for held in found.values() for text in held} == {"page-0017"}
    (tmp_path / "g.gz").write_bytes(gzip.compress(text)[:-9])
    with pytest.raises(ArtefactError, match=r"could not read .*g\.gz"):
        traces(tmp_path, ["page-0018"])


def test_compressed_pages_of_parquet_are_looked_into(tmp_path: Path) -> None:
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    words = {"id": [f"page-{row:04d}" for row in range(300)], "number": list(range(11_200, 11_500))}
    parquet.write_table(arrow.table(words), tmp_path / "table.parquet", compression="zstd")
    found = traces(tmp_path, ["page-0217", "11339", "page-0300"], whole=True)
    assert found == {"table.parquet": ["page-0217", "11339"]}
