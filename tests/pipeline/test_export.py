from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.files import read_json
from gnn2mlp.deploy import OnnxPredictor, Predictor
from gnn2mlp.pipeline import RunConfig, run
from gnn2mlp.pipeline.export import export_onnx
from tests.helpers import tiny_arrays

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def test_a_runs_student_is_checked_on_its_validation_nodes(settings: dict[str, Any]) -> None:
    result = run(RunConfig(**settings))
    path = export_onnx(result.out, int8=True, tolerance=100)
    card, x = read_json(path), tiny_arrays(nodes=90)[0]
    assert path.parent == result.out / "student"
    assert card["check"]["rows"] == 15  # five of each of three classes
    best = result.results["seeds"][result.results["student"]["seed"]]
    assert card["check"]["accuracy"]["fp"] == pytest.approx(best["history"]["student"]["valid_best"])
    assert OnnxPredictor.load(path.parent).predict(x).tolist() == Predictor.load(path.parent).predict(x).tolist()


def test_one_file_with_8_bit_weights_is_checked_on_the_same_nodes(settings: dict[str, Any], tmp_path: Path) -> None:
    result = run(RunConfig(**{**settings, "seeds": 1}))
    path = export_onnx(result.out, tmp_path / "small.onnx", int8=True, tolerance=100)
    loaded = OnnxPredictor.load(path)
    assert loaded.card["check"]["rows"] == 15
    assert loaded.predict(tiny_arrays(nodes=90)[0]).shape == (90,)


def test_a_student_alone_has_nothing_to_check_with(settings: dict[str, Any], tmp_path: Path) -> None:
    student = run(RunConfig(**{**settings, "seeds": 1})).out / "student"
    assert export_onnx(student, tmp_path / "elsewhere") == tmp_path / "elsewhere" / "student.onnx.json"
    with pytest.raises(ConfigError, match="int8: .* holds a student without its run; give the folder of a run"):
        export_onnx(student, int8=True)


def test_a_distillation_from_tables_has_no_validation_nodes(settings: dict[str, Any], tmp_path: Path) -> None:
    student = run(RunConfig(**{**settings, "seeds": 1})).out / "student"
    (tmp_path / "distilled").mkdir()
    student.rename(tmp_path / "distilled" / "student")
    (tmp_path / "distilled" / "config.yaml").write_text("knowledge: k.parquet\nfeatures: f.parquet\n")
    with pytest.raises(ConfigError, match="holds a distillation from tables; give the folder of a run"):
        export_onnx(tmp_path / "distilled", int8=True)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"expected the folder of a run or of a student, got .*absent, which is"):
        export_onnx(tmp_path / "absent")


def test_a_folder_without_a_student_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match=r"found no student\.safetensors"):
        export_onnx(tmp_path)
