from pathlib import Path

import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.files import write_json
from gnn2mlp.core.progress import silent
from gnn2mlp.pipeline.table_job import alone, finished_results


def test_a_folder_in_which_nothing_came_to_lie_is_gone(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be learnt from"):
        _refuse(tmp_path / "refused")
    assert not (tmp_path / "refused").exists()
    with alone(tmp_path / "made", True, silent):
        (tmp_path / "made").mkdir()
        (tmp_path / "made" / "x").write_text("1")
    assert (tmp_path / "made" / "x").exists()


def test_results_are_finished_if_they_are_of_the_same_identity(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    assert finished_results(path, "a") is None
    write_json(path, {"identity": "a", "x": 1})
    assert finished_results(path, "a") == {"identity": "a", "x": 1}
    assert finished_results(path, "b") is None
    path.write_text("{")
    assert finished_results(path, "a") is None


def _refuse(folder: Path) -> None:
    with alone(folder, True, silent):
        folder.mkdir()
        raise DataError("a table that cannot be learnt from")
