import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from gnn2mlp.core import files
from gnn2mlp.core.errors import ArtefactError


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_text("old")
    return path


def _files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_failing_write_keeps_the_old_file_and_leaves_nothing_behind(saved: Path) -> None:
    before = saved.read_bytes()

    def fails(file: BinaryIO) -> None:
        file.write(b"half of it")
        raise RuntimeError("interrupted")

    with pytest.raises(RuntimeError, match="interrupted"):
        files.atomic(saved, fails)
    assert saved.read_bytes() == before
    assert _files(saved.parent) == [saved.name]


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_full_disk_keeps_the_old_file(saved: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    before = saved.read_bytes()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full if step == "fsync" else os.fsync)
    monkeypatch.setattr(Path, "replace", full if step == "replace" else Path.replace)
    with pytest.raises(ArtefactError, match=r"could not write .*No space left on device.*free some space"):
        files.atomic(saved, full if step == "write" else lambda file: file.write(b"new"))
    assert saved.read_bytes() == before
    assert _files(saved.parent) == [saved.name]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_device_without_space_fails_on_flush(tmp_path: Path) -> None:
    def write_to_full(_: BinaryIO) -> None:
        with Path("/dev/full").open("wb") as full:
            full.write(b"x")

    with pytest.raises(ArtefactError, match="No space left"):
        files.atomic(tmp_path / "a", write_to_full)
    assert _files(tmp_path) == []


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(saved: Path) -> None:
    seen = []

    def write(file: BinaryIO) -> None:
        file.write(b"new")
        file.flush()
        seen.append(saved.read_text())

    files.atomic(saved, write)
    assert seen == ["old"]
    assert saved.read_bytes() == b"new"


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ArtefactError, match="could not write"):
        files.write_text(tmp_path / "file" / "below" / "a.txt", "x")


@pytest.mark.skipif(os.name != "posix", reason="permissions are those of POSIX")
def test_files_get_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("x")
    files.write_text(tmp_path / "atomic", "x")
    modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "atomic")]
    assert modes[0] == modes[1]


def test_text_and_json_are_utf8(tmp_path: Path) -> None:
    files.write_text(tmp_path / "deep" / "a.txt", "Größe\n")
    assert (tmp_path / "deep" / "a.txt").read_bytes() == b"Gr\xc3\xb6\xc3\x9fe\n"
    files.write_json(tmp_path / "a.json", {"mean": 0.5, "name": "±"})
    assert files.read_json(tmp_path / "a.json") == {"mean": 0.5, "name": "±"}
    assert (tmp_path / "a.json").read_text().endswith("}\n")


def test_json_without_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        files.write_json(tmp_path / "a.json", {"mean": float("nan")})
    assert not (tmp_path / "a.json").exists()


@pytest.mark.parametrize("content", [None, "{", "\x00"])
def test_read_json_names_the_file(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "results.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ArtefactError, match=r"expected a JSON file at .*results\.json"):
        files.read_json(path)
