from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.locks import locked


def test_a_second_one_is_told_and_the_lock_leaves_nothing_behind(tmp_path: Path) -> None:
    def told() -> None:
        raise RuntimeError("busy")

    with locked(tmp_path / "a"), locked(tmp_path / "b"):
        with pytest.raises(RuntimeError, match="busy"), locked(tmp_path / "a", told):
            pass
        assert {path.name for path in tmp_path.iterdir()} == {".a.lock", ".b.lock"}
    assert list(tmp_path.iterdir()) == []
    with locked(tmp_path / "a", told):
        pass


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArtefactError, match="could not lock"), locked(tmp_path / "file" / "folder"):
        pass
