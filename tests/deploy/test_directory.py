import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.deploy import Predictor, directory, read_directory, write_directory
from gnn2mlp.deploy.directory import read_student
from gnn2mlp.deploy.model_files import STUDENT
from tests.deploy.models_of import ABOUT, TASKS, X, model

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("kind", list(TASKS))
@pytest.mark.parametrize("calibrated", [False, True])
def test_what_is_written_is_loaded(tmp_path: Path, kind: str, calibrated: bool) -> None:
    made = model(kind, calibrated=calibrated and kind == "classes")
    write_directory(tmp_path / "model", made, ABOUT)
    shutil.copytree(tmp_path / "model", tmp_path / "copy")
    loaded = Predictor.load(tmp_path / "copy")
    np.testing.assert_array_equal(loaded.predict(X), made.predict(X))
    assert (loaded.card, loaded.answers, loaded.calibration) == (made.card, made.answers, made.calibration)


def test_contents_come_as_they_were_checked(saved: Path) -> None:
    found = read_directory(saved, ("scores.json",))
    assert (found.path, found.files) == (saved, {"scores.json": b"[]"})


def test_a_student_alone_is_read_and_replaced(tmp_path: Path) -> None:
    model().save_file(tmp_path / STUDENT)
    np.testing.assert_array_equal(Predictor.load(tmp_path).predict(X), model().predict(X))
    for name in ("student.onnx", "student.onnx.json"):  # of the student that is replaced
        (tmp_path / name).write_text("{}")
    write_directory(tmp_path, model(seed=1))
    assert sorted(os.listdir(tmp_path)) == ["README.md", "config.json", STUDENT]


def test_a_reader_waits_for_a_writer(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first look is disturbed by a whole exchange of the model."""
    looks = []

    def disturbed(folder: Path) -> dict[str, Path]:
        there = real(folder)
        if not looks:
            write_directory(saved, model(seed=1), files={"report.html": b"new"})
        looks.append(1)
        return there

    real = directory.files_at
    monkeypatch.setattr(directory, "files_at", disturbed)
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
