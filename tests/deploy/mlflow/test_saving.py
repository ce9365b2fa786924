"""A model directory as a model of MLflow's."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.deploy import Predictor
from gnn2mlp.deploy.mlflow import log_model, save_model
from tests.deploy.mlflow.test_signature import TABLE, of_columns
from tests.deploy.scored import NAMES, numbers_of, student_of

mlflow = pytest.importorskip("mlflow")
pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of columns, written for MLflow."""
    folder = tmp_path_factory.mktemp("mlflow")
    of_columns().save(folder / "model")
    return save_model(folder / "model", folder / "served")


def test_it_answers_as_predict_does(served: Path) -> None:
    student, table = of_columns(), pd.DataFrame(TABLE).astype({"kind": str})
    found = mlflow.pyfunc.load_model(str(served)).predict(table)
    assert found["prediction"].tolist() == student.predict(table).tolist()
    expected = student.predict_proba(table)
    np.testing.assert_allclose(found[["probability_cat", "probability_dog"]], expected, rtol=1e-5)


def test_the_folder_says_what_it_needs_and_holds_no_pickle(served: Path) -> None:
    files = {path.relative_to(served).as_posix() for path in served.rglob("*") if path.is_file()}
    assert not [name for name in files if name.endswith((".pkl", ".pickle", ".pt"))]
    # Python compiles the folder's module where somebody imports it.
    assert not [name for name in files if name.endswith(".pyc") and "__pycache__" not in name]
    assert {
        "MLmodel",
        "served.py",
        "input_example.json",
        "artifacts/model/model.onnx",
        "artifacts/model/config.json",
    } <= files
    assert "code/gnn2mlp/deploy/batch_scorer.py" in files
    lines = (served / "requirements.txt").read_text().split()
    assert "pyarrow>=18" in lines  # MLflow refuses the newest ones
    needed = {re.split("[=>]", line)[0] for line in lines}
    assert needed == {"mlflow", "numpy", "pandas", "pyarrow", "filelock", "onnxruntime"}


def test_a_file_that_was_altered_is_refused(served: Path, tmp_path: Path) -> None:
    for name in ("student.safetensors", "model.onnx", "config.json"):
        copy = shutil.copytree(served, tmp_path / name)
        content = bytearray((copy / "artifacts/model" / name).read_bytes())
        content[len(content) // 2] ^= 1
        (copy / "artifacts/model" / name).write_bytes(content)
        with pytest.raises(ArtefactError, match="altered after writing|no configuration"):
            mlflow.pyfunc.load_model(str(copy))
    extra = shutil.copytree(served, tmp_path / "extra")
    (extra / "artifacts/model/x.pkl").write_bytes(b"x")
    with pytest.raises(ArtefactError, match=r"found x\.pkl"):
        mlflow.pyfunc.load_model(str(extra))


def test_columns_of_other_names_and_types_are_refused(served: Path) -> None:
    model, table = mlflow.pyfunc.load_model(str(served)), pd.DataFrame(TABLE).astype({"kind": str})
    for wrong in (table.drop(columns="likes"), table.assign(likes=["x"] * 4), table.assign(price=["1"] * 4)):
        with pytest.raises(mlflow.MlflowException, match="schema"):
            model.predict(wrong)


def test_neither_torch_nor_a_graph_library_is_loaded_to_answer(served: Path) -> None:
    program = f"""
import sys, json
for name in ("torch", "torch_geometric", "ogb", "sklearn", "scipy", "safetensors", "jaxtyping", "rich", "shtab"):
    sys.modules[name] = None
import mlflow
model = mlflow.pyfunc.load_model({str(served)!r})
print(json.dumps(model.predict(model.input_example).to_dict("list")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    assert json.loads(done.stdout.splitlines()[-1])["prediction"][0] in ("cat", "dog")


def test_what_is_asked_for_goes_along(tmp_path: Path) -> None:
    student = student_of(["a", "b"])
    student.save(tmp_path / "model")
    before = {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()}
    served = save_model(tmp_path / "model", tmp_path / "served", probabilities=False, errors="null")
    assert {path.name: path.read_bytes() for path in (tmp_path / "model").iterdir()} == before
    rows = pd.DataFrame(numbers_of(5))[NAMES].astype(float)
    rows.loc[2, "age"] = np.nan
    found = mlflow.pyfunc.load_model(str(served)).predict(rows)
    assert found.columns.tolist() == ["prediction", "confidence", "error"]
    assert found["error"].notna().tolist() == [False, False, True, False, False]
    assert found["prediction"][[0, 4]].tolist() == student.predict(rows.iloc[[0, 4]]).tolist()


def test_faults_are_told(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="student"):
        save_model(tmp_path / "absent", tmp_path / "served")
    student_of(["a", "b"]).save(tmp_path / "model")
    with pytest.raises(ConfigError, match="calibrated"):
        save_model(tmp_path / "model", tmp_path / "served", coverage=0.9)
    assert not (tmp_path / "served").exists()
    with pytest.raises(ArtefactError, match="found something"):
        save_model(tmp_path / "model", tmp_path / "model")


def test_it_is_logged_to_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    student = student_of(["a", "b"], names=None)
    Predictor.save(student, tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "store").as_uri())
    try:
        with mlflow.start_run():
            logged = log_model(tmp_path / "model")
        rows = pd.DataFrame({"features": [[1.0, 2.0, 3.0], [0.5, 0.5, 0.5]]})
        found = mlflow.pyfunc.load_model(logged.model_uri).predict(rows)
    finally:
        mlflow.set_tracking_uri(None)
    assert found["prediction"].tolist() == student.predict(rows["features"].tolist()).tolist()
