"""Raw text files in folders and archives."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.datasets._base import RawFiles
from gnn2mlp.data.graphs.datasets._raw import RawFolder, raw_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.txt").write_text("1, 2\n3, 4\n")
    (tmp_path / "set" / "b.csv.gz").write_bytes(gzip.compress(b"1,,0\n,2.5,1\n"))
    return tmp_path


def test_numbers_of_text_and_of_what_is_packed(folder: Path) -> None:
    raw = RawFolder(folder / "set", "s")
    assert raw.numbers("a.txt").tolist() == [[1, 2], [3, 4]]
    assert raw.numbers("a.txt").dtype == np.int64
    assert np.isnan(raw.numbers("b.csv.gz", np.float32, blank=True)).tolist() == [
        [False, True, False],
        [True, False, False],
    ]
    assert raw.first_line("b.csv.gz") == "1,,0"
    assert raw.first_line("none.csv") == ""


def test_an_archive_is_read_like_a_folder(folder: Path) -> None:
    with zipfile.ZipFile(folder / "set.zip", "w") as archive:
        for path in (folder / "set").iterdir():
            archive.write(path, f"SET/{path.name}")
    cache = folder / "cache" / "data"
    cache.mkdir(parents=True)
    (folder / "set.zip").rename(cache / "set.zip")
    raw = raw_folder(RawFiles(None, folder / "cache"), "set", "SET", "a.txt", "http://nowhere.invalid/set.zip", "s")
    assert raw.has("a.txt")
    assert not raw.has("c.txt")
    assert raw.numbers("a.txt").tolist() == [[1, 2], [3, 4]]
    assert raw.numbers("b.csv.gz", np.float64, blank=True)[1, 1] == 2.5


def test_what_is_missing_or_damaged_is_told(folder: Path) -> None:
    raw = RawFolder(folder / "set", "s")
    with pytest.raises(DataError, match=r"s: expected the raw file .*c\.txt, found none"):
        raw.numbers("c.txt")
    (folder / "set" / "c.txt").write_text("1, two\n")
    with pytest.raises(DataError, match=r"s: expected numbers between commas in .*c\.txt, got"):
        raw.numbers("c.txt")
    (folder / "set" / "d.gz").write_bytes(b"not packed")
    with pytest.raises(DataError, match=r"expected numbers between commas"):
        raw.numbers("d.gz")
    with pytest.raises(DataError, match=r"expected the raw file other/a\.txt under the data root"):
        raw_folder(RawFiles(folder), "other", "", "a.txt", "", "s")
    (folder / "data").mkdir()
    (folder / "data" / "set.zip").write_bytes(b"no archive")
    with pytest.raises(DataError, match="expected a zip archive at .*; delete it"):
        raw_folder(RawFiles(None, folder), "set", "SET", "a.txt", "", "s")
