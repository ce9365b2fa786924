"""Results of other kinds are refused where a model lies, whichever verb would write them."""

from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.directory import verify
from gnn2mlp.deploy.outside import check_place, is_model_directory
from gnn2mlp.students.mlp import MLPStudent


@pytest.fixture
def model(tmp_path: Path) -> Path:
    student = MLPStudent(hidden=2)
    Predictor(student, student.build(3, 2), 3, ["a", "b"]).save(tmp_path / "model")
    return tmp_path / "model"


@pytest.mark.parametrize("below", [".", "results", "results/more"])
def test_a_model_directory_and_what_lies_in_it_are_refused(model: Path, below: str) -> None:
    with pytest.raises(ConfigError, match="out: expected a folder outside of a model, got .*; name another folder"):
        check_place(model / below)
    verify(model)


def test_other_folders_are_not(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_place(tmp_path)
    check_place(tmp_path / "model-answers" / "deeper")
    (tmp_path / "config.json").write_text('{"library_name": "transformers", "files": {}}', encoding="utf-8")
    check_place(tmp_path / "out")
    (tmp_path / "config.json").write_text("[1]", encoding="utf-8")
    assert not is_model_directory(tmp_path)
    monkeypatch.chdir(model)
    with pytest.raises(ConfigError, match="outside of a model"):
        check_place(Path("here"))
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ArtefactError, match="cannot write into"):
        check_place(tmp_path / "file" / "out")
