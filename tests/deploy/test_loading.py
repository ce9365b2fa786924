"""Which runtime a model directory is loaded for."""

from pathlib import Path

import pytest

from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.deploy.loading import predictor_of
from gnn2mlp.students.mlp import MLPStudent


def test_torch_is_loaded_where_onnx_runtime_cannot_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    student = MLPStudent(hidden=4)
    predictor = Predictor(student, student.build(2, 2), 2, ["cat", "dog"])
    predictor.save(tmp_path)
    assert isinstance(predictor_of(tmp_path), Predictor)
    predictor.to_onnx(tmp_path / "model.onnx")
    assert isinstance(predictor_of(tmp_path), OnnxPredictor)
    assert isinstance(predictor_of(tmp_path, weights=True), Predictor)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert isinstance(predictor_of(tmp_path), Predictor)


def test_a_file_that_was_added_by_hand_is_refused(tmp_path: Path) -> None:
    student = MLPStudent(hidden=4)
    Predictor(student, student.build(2, 2), 2, ["cat", "dog"]).save(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"other")
    with pytest.raises(ArtefactError, match=r"model\.onnx"):
        predictor_of(tmp_path)
