import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.deploy import OnnxPredictor, Predictor, onnx_predictor
from gnn2mlp.deploy.onnx_predictor import CARD, seal
from gnn2mlp.tasks import MultiLabel, Regression, Task
from tests.deploy.test_predictor import X, make

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An exported student of six named features, in both forms."""
    path, made = tmp_path_factory.mktemp("onnx"), make(names=list("abcdef"))
    made.to_onnx(path, int8=True, check=(X, made.predict(X)), tolerance=100)
    return path


@pytest.mark.parametrize(
    "form",
    [
        np.asarray,
        lambda x: x.astype(np.float64),
        lambda x: x.tolist(),
        lambda x: pd.DataFrame(x, columns=list("abcdef")),
        torch.from_numpy,
        sp.csr_matrix,
        lambda x: sp.csc_array(x.astype(np.float64)),
        np.asfortranarray,
    ],
)
def test_answers_are_those_of_the_predictor(folder: Path, form: Any) -> None:
    made, loaded = make(), OnnxPredictor.load(folder)
    for method in ("decision_function", "predict_proba"):
        answers = getattr(loaded, method)(form(X))
        assert answers.dtype == np.float32
        np.testing.assert_allclose(answers, getattr(made, method)(X), rtol=1e-5, atol=1e-6)
    assert loaded.predict(form(X)).tolist() == made.predict(X).tolist()


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix])
def test_zero_rows_and_many(folder: Path, form: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = OnnxPredictor.load(folder)
    assert loaded.predict_proba(form(X[:0])).shape == (0, 3)
    whole = loaded.predict_proba(form(X))
    asked, answer = [], loaded.answer
    loaded.answer = lambda rows: (asked.append(rows.shape), answer(rows))[1]
    monkeypatch.setattr(onnx_predictor, "CHUNK", 48)
    np.testing.assert_allclose(loaded.predict_proba(form(X)), whole, atol=1e-6)
    assert asked == [(8, 6), (8, 6), (4, 6)]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X[:, :5], r"predict: expected 6 features per row, as in training, got 5 \(input of shape \(20, 5\)\)"),
        (X[0], r"predict: features must have shape \(nodes, features\).*got \(6,\)"),
        (np.full((2, 6), np.nan), "predict: features must be finite, got NaN or infinity in 2 of 2 rows"),
        (np.full((2, 6), 1e300), "predict: features must be finite"),
        (sp.csr_matrix(np.full((2, 6), 1e300)), "predict: features must be finite"),
        (pd.DataFrame(X, columns=list("abcdeg")), "in any order, got missing 'f'; unknown 'g'"),
        (dict.fromkeys("abcde", X[:, 0]), "in any order, got missing 'f'"),
    ],
)
def test_bad_rows_are_refused_as_by_the_predictor(folder: Path, rows: Any, message: str) -> None:
    for predictor in (OnnxPredictor.load(folder), make(names=list("abcdef"))):
        with pytest.raises(DataError, match=message):
            predictor.predict(rows)


@pytest.mark.parametrize("form", [pd.DataFrame, dict, pa.table, pl.DataFrame])
def test_columns_are_put_in_the_order_of_training(folder: Path, form: Callable[[Any], Any]) -> None:
    turned = form({name: X[:, number] for number, name in reversed(list(enumerate("abcdef")))})
    for predictor in (OnnxPredictor.load(folder), make(names=list("abcdef"))):
        np.testing.assert_array_equal(predictor.predict_proba(turned), predictor.predict_proba(X.astype(np.float32)))


@pytest.mark.parametrize("name", ["student.onnx", "student.int8.onnx", CARD])
def test_any_flipped_bit_is_noticed(folder: Path, name: str, tmp_path: Path) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    content = (tmp_path / name).read_bytes()
    for position in range(0, len(content), max(1, len(content) // 40)):
        (tmp_path / name).write_bytes(content[:position] + bytes([content[position] ^ 1]) + content[position + 1 :])
        try:
            OnnxPredictor.load(tmp_path, int8="int8" in name)
        except ArtefactError:
            continue
        # White space in the card means nothing.
        assert json.loads((tmp_path / CARD).read_text()) == json.loads((folder / CARD).read_text())


def test_a_file_that_is_not_there_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"student\.onnx\.json"):
        OnnxPredictor.load(tmp_path)
    (tmp_path / CARD).write_text((folder / CARD).read_text())
    with pytest.raises(ArtefactError, match=r"expected a network at .*student\.onnx"):
        OnnxPredictor.load(tmp_path)


def test_a_newer_format_is_refused_with_advice(folder: Path, tmp_path: Path) -> None:
    card = json.loads((folder / CARD).read_text()) | {"format": 99}
    (tmp_path / CARD).write_text(json.dumps({**card, "sha256": seal(card)}))
    with pytest.raises(ArtefactError, match="has format 99, this release reads up to 1: upgrade gnn2mlp"):
        OnnxPredictor.load(tmp_path)
    (tmp_path / CARD).write_text("[]")
    with pytest.raises(ArtefactError, match="no card of an exported student"):
        OnnxPredictor.load(tmp_path)


def test_without_the_runtime_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ConfigError, match=r"pip install 'gnn2mlp\[onnx\]'"):
        OnnxPredictor.load(folder)


def test_a_fresh_process_predicts_without_torch(folder: Path) -> None:
    program = f"""
import json, sys
from gnn2mlp.deploy import OnnxPredictor
labels = OnnxPredictor.load({str(folder)!r}).predict({X[:3].tolist()!r})
print(json.dumps([labels.tolist(), sorted(sys.modules)]))
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    labels, modules = json.loads(done.stdout)
    assert labels == make().predict(X[:3]).tolist()
    assert not {"torch", "scipy", "torch_geometric", "onnx", "safetensors"} & set(modules)


def test_it_can_be_pickled(folder: Path) -> None:
    made = OnnxPredictor.load(folder)
    again = pickle.loads(pickle.dumps(made))
    frame = pd.DataFrame(X, columns=list("abcdef"))
    np.testing.assert_array_equal(again.predict_proba(frame), made.predict_proba(frame))


@pytest.mark.parametrize(
    "task",
    [
        MultiLabel(["x", "y", "z"], threshold=[0.4, 0.5, 0.6]),
        Regression(["p", "q", "r"], mean=[1.0, 2.0, 3.0], scale=[1.0, 2.0, 3.0]),
    ],
)
def test_other_tasks_are_answered_as_by_the_predictor(task: Task, tmp_path: Path) -> None:
    made = Predictor(make().student, make().module, 6, task)
    made.to_onnx(tmp_path)
    loaded = OnnxPredictor.load(tmp_path)
    np.testing.assert_allclose(loaded.predict(X), made.predict(X), rtol=1e-5, atol=1e-5)
    assert hasattr(loaded, "predict_proba") == hasattr(made, "predict_proba")
    with pytest.raises(ConfigError, match="this student answers (labels|values), not classes; export without int8"):
        made.to_onnx(tmp_path, int8=True, check=(X, made.predict(X)))
