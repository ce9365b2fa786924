import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest

from gnn2mlp.core import files
from gnn2mlp.core.errors import ArtefactError, ConfigError


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


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "out: expected a path, got ''"),
        ("a\0b", "out: expected a path"),
        ("runs/" + "x" * 256, "out: expected names of at most 255 bytes, got one of 256; choose a shorter path"),
        ("é" * 128, "out: expected names of at most 255 bytes, got one of 256"),
        ("a/" * 2048 + "b", "out: expected a path of at most 4095 bytes, got 4097; choose a shorter one"),
        ("~nobody-of-that-name/x", "out: the home folder in ~nobody-of-that-name/x is unknown; write the path in full"),
    ],
)
def test_a_path_that_cannot_be_is_refused(path: str, message: str) -> None:
    with pytest.raises(ConfigError) as error:
        files.user_path(path, "out")
    assert message in str(error.value)


@pytest.mark.parametrize("name", ["[x]", "two  spaces", "日本 é", "x" * 255, "$HOME", "a*", "-"])
def test_a_name_means_itself_and_can_be_written(tmp_path: Path, name: str) -> None:
    path = files.user_path(str(tmp_path / name))
    files.write_text(path, "x")
    assert _files(tmp_path) == [name]


def test_a_home_is_written_as_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert files.user_path("~/runs") == files.user_path(Path("~") / "runs") == tmp_path / "runs"
    assert files.user_path("runs/~") == Path("runs/~")


def test_trying_a_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    files.check_writable(tmp_path / "absent" / "deeper", "name another")
    assert _files(tmp_path) == []


@pytest.mark.parametrize(
    "error", [PermissionError(errno.EACCES, "Permission denied"), OSError(errno.EROFS, "Read-only")]
)
def test_a_folder_that_cannot_be_written_is_told_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(ArtefactError) as told:
        files.check_writable(tmp_path / "out", "name another with --out")
    assert str(told.value) == f"cannot write into {tmp_path / 'out'} ({error.strerror}); name another with --out"


def test_a_file_where_a_folder_should_be_is_told_before(saved: Path) -> None:
    with pytest.raises(ArtefactError, match="cannot write into .*Not a directory"):
        files.check_writable(saved / "below", "name another")


@pytest.mark.parametrize("hard_links", [True, False])
def test_a_second_name_repeated_leaves_one_file(
    saved: Path, monkeypatch: pytest.MonkeyPatch, hard_links: bool, tmp_path: Path
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    if not hard_links:
        monkeypatch.setattr(os, "link", refuse)
    target = tmp_path / "deep" / "second"
    for _ in range(3):
        files.link_or_copy(saved, target)
    assert target.read_text() == "old"
    assert target.samefile(saved) is hard_links
    assert _files(target.parent) == ["second"]


def test_a_second_name_on_a_full_disk_keeps_what_was_there(
    saved: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    monkeypatch.setattr(files.shutil, "copyfile", full)
    target = tmp_path / "second"
    target.write_text("mine")
    with pytest.raises(ArtefactError, match="could not write .*second .*No space left.*free some space"):
        files.link_or_copy(saved, target)
    assert target.read_text() == "mine"
    assert _files(tmp_path) == ["file", "second"]


def test_a_scratch_folder_is_gone_and_a_full_one_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with files.scratch() as folder:
        (folder / "a").write_text("x")
    assert not folder.exists()
    with pytest.raises(ArtefactError, match="temporary file .*No space left.*TMPDIR"), files.scratch():
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_byte_order_mark_is_no_content(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(b'\xef\xbb\xbf{"name": "\xc3\xa9"}')
    assert files.read_json(tmp_path / "a.json") == {"name": "é"}


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX")
def test_a_name_that_is_no_text_can_stand_in_a_file(tmp_path: Path) -> None:
    files.write_text(tmp_path / "a.html", os.fsdecode(b"caf\xe9"))
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "caf?"
