import os
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.deploy import Predictor, add_files, read_directory, reseal, verify, write_directory
from gnn2mlp.deploy.directory_writing import place_files
from gnn2mlp.deploy.model_files import STUDENT
from tests.deploy.models_of import ABOUT, X, bytes_of, model

ROOT = Path(__file__).parents[2]


def test_the_same_model_has_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    write_directory(tmp_path / "again", model(), ABOUT, {"scores.json": b"[]"})
    assert bytes_of(tmp_path / "again") == bytes_of(saved)


def test_a_loaded_model_keeps_what_was_said_of_it(saved: Path, tmp_path: Path) -> None:
    for loaded in (Predictor.load(saved), Predictor.load(saved).to("cpu")):
        write_directory(tmp_path / "again", loaded, files={"scores.json": b"[]"})
        assert bytes_of(tmp_path / "again") == bytes_of(saved)
    loaded.save(tmp_path / "again", {"name": "Others"})
    assert verify(tmp_path / "again")["name"] == "Others"
    assert verify(tmp_path / "again")["metrics"] == ABOUT["metrics"]


@pytest.mark.parametrize("name", ["../a", ".a", "a/b", "config.json", "README.md", STUDENT, ""])
def test_names_that_no_further_file_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="files: expected plain names"):
        write_directory(tmp_path / "model", model(), files={name: b""})
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize("name", ["notes.txt", "README.md", "config.json"])
def test_what_is_no_model_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('{"library_name": "transformers"}')
    before = bytes_of(tmp_path)
    with pytest.raises(ArtefactError, match=f"expected nothing or a model in .*, which holds {name}; choose another"):
        write_directory(tmp_path, model())
    assert bytes_of(tmp_path) == before


def test_notes_beside_a_model_are_not_lost(saved: Path) -> None:
    (saved / "notes.txt").write_text("mine")
    with pytest.raises(ArtefactError, match="which holds notes.txt"):
        write_directory(saved, model(seed=1))
    (saved / "notes.txt").unlink()
    Predictor.load(saved)


@pytest.mark.parametrize("damaged", ["config.json", STUDENT, "README.md"])
def test_a_damaged_model_is_replaced(saved: Path, damaged: str) -> None:
    (saved / damaged).write_bytes((saved / damaged).read_bytes()[:-5])
    write_directory(saved, model(seed=1))
    np.testing.assert_array_equal(Predictor.load(saved).predict_proba(X), model(seed=1).predict_proba(X))


def test_further_files_stay_with_their_student(saved: Path) -> None:
    write_directory(saved, model(), {"name": "Renamed"})
    assert read_directory(saved, ("scores.json",)).files == {"scores.json": b"[]"}
    write_directory(saved, model(seed=1))
    assert sorted(os.listdir(saved)) == ["README.md", "config.json", STUDENT]


def test_another_artefact_of_that_name_is_kept(tmp_path: Path) -> None:
    artefact.save(tmp_path / STUDENT, "teacher", {}, {})
    with pytest.raises(ArtefactError, match="expected nothing or a student artefact"):
        write_directory(tmp_path, model())


def test_files_are_added_and_taken_away(saved: Path) -> None:
    add_files(saved, {"report.html": b"<p>", "scores.json": b"[1]"})
    add_files(saved, {}, remove=("report.html", "absent"))
    assert read_directory(saved, ("scores.json", "report.html")).files == {"scores.json": b"[1]"}
    (saved / "README.md").write_text("altered")
    with pytest.raises(ArtefactError, match=r"README.md"):
        add_files(saved, {"report.html": b""})


def test_placing_files_goes_with_what_is_there(saved: Path, tmp_path: Path) -> None:
    place_files(saved, {"a.onnx": b"1"}, model().encode(), ("scores.json",))
    assert sorted(verify(saved)["files"]) == ["README.md", "a.onnx", STUDENT]
    place_files(tmp_path / "plain", {"a.onnx": b"1", "b": b"2"}, b"")
    place_files(tmp_path / "plain", {"b": b"3"}, b"", ("a.onnx", "absent"))
    assert bytes_of(tmp_path / "plain") == {"b": b"3"}


@pytest.mark.parametrize("name", ["", "model.onnx"])
def test_exports_into_the_directory_of_another_model_are_refused(saved: Path, name: str) -> None:
    before = bytes_of(saved)
    with pytest.raises(ArtefactError, match="which holds another; choose another folder, or save this one there first"):
        model(seed=1).to_onnx(saved / name)
    assert bytes_of(saved) == before
    Predictor.load(saved).to_onnx(saved / name)


def test_exports_into_a_model_directory_are_listed(saved: Path) -> None:
    pytest.importorskip("onnxruntime")
    made = Predictor.load(saved)
    made.to_onnx(saved)
    made.to_onnx(saved / "model.onnx")
    assert {"student.onnx", "student.onnx.json", "model.onnx"} <= verify(saved)["files"].keys()


def test_an_edited_readme_is_sealed_anew_and_nothing_else(saved: Path) -> None:
    (saved / "README.md").write_text("# Mine\n")
    reseal(saved)
    assert read_directory(saved, ("README.md",)).files == {"README.md": b"# Mine\n"}
    (saved / "scores.json").write_text("[2]")
    before = bytes_of(saved)
    with pytest.raises(ArtefactError, match="scores.json should have"):
        reseal(saved)
    (saved / "scores.json").write_text("[]")
    (saved / "README.md").unlink()
    with pytest.raises(ArtefactError, match="expected README.md"):
        reseal(saved)
    assert (saved / "config.json").read_bytes() == before["config.json"]
