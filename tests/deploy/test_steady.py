import os
from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.folders import PENDING
from gnn2mlp.deploy import steady as module
from gnn2mlp.deploy.steady import steady


class Reader:
    """Fails so many times, and does something each time before."""

    def __init__(self, failures: int, before: object = lambda look: None):
        self.failures, self.before, self.looks = failures, before, 0

    def __call__(self) -> int:
        self.looks += 1
        self.before(self.looks)
        if self.looks <= self.failures:
            raise ArtefactError(f"look {self.looks}")
        return self.looks


def replaced(folder: Path) -> object:
    """A writer that replaces the model during every look."""

    def write(look: int) -> None:
        (folder / "new").write_text(str(look))
        os.utime(folder / "new", ns=(look, look))
        (folder / "new").replace(folder / "config.json")

    return write


def test_what_is_found_at_once_is_read_once(tmp_path: Path) -> None:
    read = Reader(0)
    assert steady(tmp_path, read) == read.looks == 1


def test_it_looks_again_while_writers_replace_the_model(tmp_path: Path) -> None:
    assert steady(tmp_path, Reader(5, replaced(tmp_path))) == 6


def test_a_damaged_model_that_nobody_writes_is_told_after_two_looks(tmp_path: Path) -> None:
    read = Reader(9)
    with pytest.raises(ArtefactError, match="look 2"):
        steady(tmp_path, read)


def test_a_writer_at_work_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / PENDING).mkdir()
    assert steady(tmp_path, Reader(5)) == 6


@pytest.mark.parametrize("limit", ["_MOVING", "_PATIENCE"])
def test_a_writer_that_was_killed_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    (tmp_path / PENDING).mkdir()
    monkeypatch.setattr(module, limit, 0.0)
    with pytest.raises(ArtefactError, match="look 1"):
        steady(tmp_path, Reader(5))


def test_other_errors_are_not_a_writers(tmp_path: Path) -> None:
    def fails() -> None:
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        steady(tmp_path, fails)
