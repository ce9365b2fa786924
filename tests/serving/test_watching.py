"""A model directory that is replaced while it is served."""

import logging
import os
import shutil
from pathlib import Path

import pytest

from gnn2mlp.serving.model import ServedModel, load_model
from gnn2mlp.serving.watching import Watcher, moments
from tests.serving import served


@pytest.fixture
def place(folder: Path, tmp_path: Path) -> Path:
    shutil.copytree(folder, tmp_path / "model")
    return tmp_path / "model"


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another version."""
    return served.saved(tmp_path_factory.mktemp("other") / "model", served.of_columns(seed=1))


def watcher(place: Path, told: list[str]) -> Watcher[ServedModel]:
    def load() -> ServedModel:
        return load_model(place)

    return Watcher(place, load, load(), told.append)


def test_nothing_new_is_not_read_again(place: Path) -> None:
    watching = watcher(place, [])
    assert not watching.look()
    os.utime(place / "README.md", (1, 1))  # a file was touched, and the version is the same
    assert not watching.look()


def test_a_version_in_its_place_is_taken_up(place: Path, other: Path, tmp_path: Path) -> None:
    told: list[str] = []
    watching = watcher(place, told)
    before = watching.current.version
    place.rename(tmp_path / "old")
    assert not watching.look()  # for a moment there is none
    shutil.copytree(other, place)
    assert watching.look()
    assert watching.current.version != before
    assert told == ["refused", "loaded"]


def test_what_is_broken_is_refused_and_looked_at_again(
    place: Path, other: Path, caplog: pytest.LogCaptureFixture
) -> None:
    told: list[str] = []
    watching = watcher(place, told)
    before = watching.current
    with caplog.at_level(logging.WARNING, "gnn2mlp.serving"):
        shutil.copy(other / "config.json", place / "config.json")  # of files that are still to come
        assert not watching.look()
        assert not watching.look()
    assert watching.current is before
    assert told == ["refused"]
    assert f"still serving version {before.version}" in caplog.text
    for path in other.iterdir():
        shutil.copy(path, place / path.name)
    assert watching.look()
    assert told == ["refused", "loaded"]


def test_a_fault_of_loading_leaves_the_old_one(place: Path, model: ServedModel) -> None:
    def broken() -> ServedModel:
        raise ArithmeticError("a fault")

    watching = Watcher(place, broken, model)
    (place / "README.md").write_text("other")
    assert not watching.look()
    assert watching.current is model


def test_further_files_are_looked_at_too(place: Path, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for path in (table := tmp_path / "nodes.csv", part := tmp_path / "parts" / "0.parquet"):
        path.write_text("one")
    loads: list[int] = []

    def load() -> ServedModel:
        loads.append(1)
        return load_model(place)

    watching = Watcher(place, load, load(), also=(table, part.parent))
    assert not watching.look()
    for number, path in enumerate((table, part)):
        path.write_text("another one")
        assert not watching.look()  # it is the same edition
        assert len(loads) == 2 + number
    assert [name for name, *_ in moments(part.parent)] == [str(part)]
