"""What is a table's own in its folder, and what a failure leaves."""

from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.tables import folder
from gnn2mlp.tables.folder import check_own, present_table, replace_table, rows_folder
from gnn2mlp.tables.table import FORMAT, MANIFEST, SHARED


def write(name: str, files: int = 1) -> Any:
    """Something that writes shards, as a join does."""

    def shards(work: Path) -> dict[str, Any]:
        (work / "rows").mkdir()
        names = [f"train-{i}" for i in range(files)]
        for file in (*names, SHARED):
            (work / "rows" / file).write_text(name)
        return {"format": FORMAT, "folder": rows_folder({"a": name}), "shards": {"train": [[n, 1, 1] for n in names]}}

    return shards


def names(place: Path) -> list[str]:
    return sorted(path.relative_to(place).as_posix() for path in place.rglob("*") if path.is_file())


def test_a_table_takes_the_place_of_another_and_of_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "table"
    replace_table(place, write("a", 3))
    (place / "thesis.txt").write_text("mine")
    (place / rows_folder({"a": "a"}) / "notes.txt").write_text("mine too")
    replace_table(place, write("b"))
    rows = [f"{rows_folder({'a': 'b'})}/{file}" for file in (SHARED, "train-0")]
    assert names(place) == sorted([MANIFEST, *rows, f"{rows_folder({'a': 'a'})}/notes.txt", "thesis.txt"])
    assert read_json(place / MANIFEST)["folder"] == rows_folder({"a": "b"})
    assert list(tmp_path.iterdir()) == [place]


def test_a_table_of_an_earlier_release_is_removed_file_by_file(tmp_path: Path) -> None:
    place = tmp_path / "table"
    place.mkdir()
    for file in ("train-0", SHARED, "thesis.txt"):
        (place / file).touch()
    write_json(place / MANIFEST, {"format": 1, "shards": {"train": [["train-0", 1, 1]]}})
    assert present_table(place) is None
    replace_table(place, write("b"))
    assert names(place)[-1] == "thesis.txt"
    assert len(names(place)) == 4


@pytest.mark.parametrize("where", ["shards", "manifest"])
def test_after_a_failure_the_table_is_the_one_before(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "table"
    replace_table(place, write("a"))
    before = names(place)

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    if where == "manifest":
        monkeypatch.setattr(folder, "write_json", full)
    with pytest.raises(ArtefactError, match="No space left on device.*free some space"):
        replace_table(place, full if where == "shards" else write("b"))
    assert names(place) == before
    assert present_table(place) is not None
    assert list(tmp_path.iterdir()) == [place]


def test_a_table_that_lacks_a_file_is_none(tmp_path: Path) -> None:
    place = tmp_path / "table"
    assert present_table(place) is None
    replace_table(place, write("a"))
    assert present_table(place) is not None
    (place / rows_folder({"a": "a"}) / "train-0").unlink()
    assert present_table(place) is None


def test_what_is_no_table_is_left_alone(tmp_path: Path) -> None:
    check_own(tmp_path / "absent")
    check_own(tmp_path)
    replace_table(tmp_path / "table", write("a"))
    check_own(tmp_path / "table")
    (tmp_path / "file").touch()
    for other in (tmp_path, tmp_path / "file"):
        with pytest.raises(ConfigError, match="holds something else than a table of rows; choose another"):
            check_own(other)
