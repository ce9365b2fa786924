import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.deploy import Predictor, add_files, directory, read_directory, reseal, verify, write_directory
from gnn2mlp.deploy.directory import STUDENT, place_files, read_student
from tests.deploy.models_of import ABOUT, TASKS, X, model

ROOT = Path(__file__).parents[2]


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    return write_directory(tmp_path / "model", model(), ABOUT, {"scores.json": b"[]"})


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("kind", list(TASKS))
@pytest.mark.parametrize("calibrated", [False, True])
def test_what_is_written_is_loaded(tmp_path: Path, kind: str, calibrated: bool) -> None:
    made = model(kind, calibrated=calibrated and kind == "classes")
    write_directory(tmp_path / "model", made, ABOUT)
    shutil.copytree(tmp_path / "model", tmp_path / "copy")
    loaded = Predictor.load(tmp_path / "copy")
    np.testing.assert_array_equal(loaded.predict(X), made.predict(X))
    assert (loaded.card, loaded.answers, loaded.calibration) == (made.card, made.answers, made.calibration)


def test_config_lists_every_file(saved: Path) -> None:
    config = json.loads((saved / "config.json").read_text())
    assert sorted(config["files"]) == ["README.md", "scores.json", STUDENT]
    for name, listed in config["files"].items():
        content = (saved / name).read_bytes()
        assert listed == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert verify(saved) == config


def test_contents_come_as_they_were_checked(saved: Path) -> None:
    found = read_directory(saved, ("scores.json",))
    assert (found.path, found.files) == (saved, {"scores.json": b"[]"})


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


def test_hidden_entries_are_nobodys_business(saved: Path) -> None:
    (saved / ".git").mkdir()
    (saved / ".cache").write_text("x")
    verify(saved)
    write_directory(saved, model(seed=1))
    assert (saved / ".cache").read_text() == "x"
    assert sorted(os.listdir(saved)) == [".cache", ".git", "README.md", "config.json", STUDENT]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda d: (d / "payload.pkl").write_bytes(b"x"),
            "found payload.pkl in .*, of which config.json knows nothing",
        ),
        (lambda d: (d / "sub").mkdir(), "found sub in .*, of which config.json knows nothing"),
        (lambda d: (d / "README.md").rename(d / "readme.md"), "expected README.md in .*found none"),
        (lambda d: (d / STUDENT).unlink(), f"expected {STUDENT} in .*found none"),
        (lambda d: (d / "scores.json").unlink(), "expected scores.json in .*found none"),
        (lambda d: (d / "config.json").unlink(), "expected config.json beside student.safetensors"),
        (lambda d: (d / "scores.json").write_bytes(b"{}"), "scores.json does not match its checksum"),
        (lambda d: (d / "scores.json").write_bytes(b"["), "scores.json should have 2 bytes, and has 1"),
        (lambda d: (d / "README.md").open("a").write("x"), "README.md should have .* bytes, and has more"),
        (lambda d: (d / "config.json").write_text("{}"), "config.json is no configuration of a gnn2mlp model"),
    ],
)
def test_what_was_altered_is_refused(saved: Path, change, message: str) -> None:
    change(saved)
    with pytest.raises(ArtefactError, match=message):
        Predictor.load(saved)
    with pytest.raises(ArtefactError):
        verify(saved)


def test_a_newer_format_says_upgrade(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(directory.sealed, "FORMAT", 2)
        write_directory(saved, model())
    with pytest.raises(ArtefactError, match="has format 2, this release reads up to 1: upgrade gnn2mlp"):
        Predictor.load(saved)


def test_links_may_not_lead_out(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes((saved / "scores.json").read_bytes())
    (saved / "scores.json").unlink()
    (saved / "scores.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ArtefactError, match="scores.json is a link that leads out of the model directory"):
        verify(saved)
    (saved / "scores.json").unlink()
    (saved / ".blobs").mkdir()
    (saved / ".blobs" / "1").write_bytes(b"[]")
    (saved / "scores.json").symlink_to(".blobs/1")
    verify(saved)
    (tmp_path / "link").symlink_to(saved)
    verify(tmp_path / "link")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_waited_for(saved: Path) -> None:
    (saved / "scores.json").unlink()
    os.mkfifo(saved / "scores.json")
    with pytest.raises(ArtefactError, match="expected a file at .*scores.json, got something else"):
        verify(saved)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="expected a model directory at .*absent, got: No such file"):
        verify(tmp_path / "absent")
    with pytest.raises(ArtefactError, match="with a config.json, found nothing"):
        verify(tmp_path)
    with pytest.raises(ArtefactError, match="No such file"):
        add_files(tmp_path / "absent", {"a": b""})
    assert not (tmp_path / "absent").exists()


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


def test_a_student_alone_is_read_and_replaced(tmp_path: Path) -> None:
    model().save_file(tmp_path / STUDENT)
    np.testing.assert_array_equal(Predictor.load(tmp_path).predict(X), model().predict(X))
    for name in ("student.onnx", "student.onnx.json"):  # of the student that is replaced
        (tmp_path / name).write_text("{}")
    write_directory(tmp_path, model(seed=1))
    assert sorted(os.listdir(tmp_path)) == ["README.md", "config.json", STUDENT]


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
    place_files(saved, {"a.onnx": b"1"}, ("scores.json",))
    assert sorted(verify(saved)["files"]) == ["README.md", "a.onnx", STUDENT]
    place_files(tmp_path / "plain", {"a.onnx": b"1", "b": b"2"})
    place_files(tmp_path / "plain", {"b": b"3"}, ("a.onnx", "absent"))
    assert bytes_of(tmp_path / "plain") == {"b": b"3"}


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


def test_a_reader_waits_for_a_writer(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look is disturbed by a whole exchange of the model."""
    looks = []

    def disturbed(folder: Path) -> dict[str, Path]:
        there = real(folder)
        if not looks:
            write_directory(saved, model(seed=1), files={"report.html": b"new"})
        looks.append(1)
        return there

    real = directory._entries
    monkeypatch.setattr(directory, "_entries", disturbed)
    (_, card), about = read_student(saved)
    assert len(looks) == 2
    assert "name" in about
    assert card["kind"] == "student"
    np.testing.assert_array_equal(Predictor.load(saved).predict_proba(X), model(seed=1).predict_proba(X))


def test_checking_imports_no_torch(saved: Path) -> None:
    program = f"""
import json, sys
from gnn2mlp.deploy import verify
verify({str(saved)!r})
print(json.dumps(sorted(sys.modules)))
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=env)
    assert not {"torch", "sklearn", "torch_geometric", "onnxruntime"} & set(json.loads(done.stdout))
