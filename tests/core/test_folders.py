import json
import os
from pathlib import Path

import pytest

from gnn2mlp.core import folders
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.folders import PENDING, entries, replace_files, settle


def put(folder: Path, files: dict[str, bytes], gone: tuple[str, ...] = ()) -> None:
    replace_files(folder, lambda there: (files, gone))


def contents(folder: Path) -> dict[str, bytes]:
    return {name: path.read_bytes() for name, path in entries(folder).items()}


def test_files_are_written_replaced_and_removed(tmp_path: Path) -> None:
    put(tmp_path / "deep" / "a", {"x": b"1", "y": b"2"})
    put(tmp_path / "deep" / "a", {"x": b"3", "z": b"4"}, gone=("y",))
    assert contents(tmp_path / "deep" / "a") == {"x": b"3", "z": b"4"}
    assert sorted(os.listdir(tmp_path / "deep" / "a")) == ["x", "z"]


def test_what_is_hidden_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".notes").write_text("mine")
    put(tmp_path, {"x": b"1"})
    assert contents(tmp_path) == {"x": b"1"}
    assert sorted(os.listdir(tmp_path)) == [".git", ".notes", "x"]


def test_writers_are_told_what_is_there(tmp_path: Path) -> None:
    put(tmp_path, {"x": b"1"})
    seen = []
    replace_files(tmp_path, lambda there: (seen.append(dict(there)) or {"y": b"2"}, ["x"]))
    assert seen == [{"x": tmp_path / "x"}]


class Killed(BaseException):
    pass


@pytest.mark.parametrize("step", range(13))
def test_killed_at_any_step_it_is_old_or_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Steps are what changes names: making, moving and removing files and folders."""
    old, new = {"x": b"1", "y": b"2"}, {"x": b"3", "z": b"4"}
    put(tmp_path, old)
    left = iter(range(step))

    def dying(call):
        def instead(*args, **options):
            if next(left, None) is None:
                raise Killed
            return call(*args, **options)

        return instead

    with monkeypatch.context() as patched:
        for name in ("rename", "replace", "unlink", "mkdir"):
            patched.setattr(Path, name, dying(getattr(Path, name)))
        patched.setattr(folders.shutil, "rmtree", dying(folders.shutil.rmtree))
        patched.setattr(folders, "_write", dying(folders._write))
        try:
            put(tmp_path, new, gone=("x", "y"))  # what is written anew stays, whatever is said
        except Killed:
            killed = True
        else:
            killed = False
    assert contents(tmp_path) in (old, new)
    assert killed or contents(tmp_path) == new
    settle(tmp_path)
    assert contents(tmp_path) in (old, new)
    assert not (tmp_path / PENDING).exists()
    put(tmp_path, old, gone=("z",))  # the next writer is not disturbed, and clears up
    assert contents(tmp_path) == old
    assert sorted(os.listdir(tmp_path)) == ["x", "y"]


def test_what_is_pending_counts_and_is_finished(tmp_path: Path) -> None:
    for name, content in {"x": b"1", "y": b"2", f"{PENDING}/x": b"3", f"{PENDING}/.gone": b'["y", "../up"]'}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    assert contents(tmp_path) == {"x": b"3"}
    settle(tmp_path)
    assert sorted(os.listdir(tmp_path)) == ["x"]
    assert (tmp_path / "x").read_bytes() == b"3"


def test_an_unreadable_list_of_what_goes_is_refused(tmp_path: Path) -> None:
    (tmp_path / PENDING).mkdir()
    (tmp_path / PENDING / ".gone").write_bytes(b"[")
    with pytest.raises(ArtefactError, match="could not read .*.gone"):
        entries(tmp_path)


def test_a_name_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    (inner / PENDING).mkdir(parents=True)
    (tmp_path / "up").write_text("mine")
    (inner / PENDING / ".gone").write_text(json.dumps(["../up", ".hidden", 3]))
    settle(inner)
    assert (tmp_path / "up").exists()


def test_what_cannot_be_written_is_a_sentence_and_leaves_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, {"x": b"1"})

    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folders, "_write", full)
    with pytest.raises(ArtefactError, match="could not write into .*No space left on device"):
        put(tmp_path, {"x": b"2"})
    assert contents(tmp_path) == {"x": b"1"}
    assert os.listdir(tmp_path) == ["x"]
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="could not write into"):
        put(tmp_path / "file" / "below", {"x": b"1"})
