from pathlib import Path

import pytest

from gnn2mlp.core.errors import ConfigError
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
