from pathlib import Path

import pytest

from gnn2mlp.cli import main
from gnn2mlp.deploy import Predictor
from tests.deploy.test_predictor import make, on_columns

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def test_says_what_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make().save(tmp_path / "student")
    assert main(["export", str(tmp_path / "student"), "--onnx", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    for name in ("student.onnx", "student.onnx.json"):
        assert str(tmp_path / "out" / name) in printed
        assert (tmp_path / "out" / name).exists()


def test_one_file_says_which_columns_it_reads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    on_columns().save(tmp_path / "model")
    assert main(["export", str(tmp_path / "model"), "--onnx"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith(f"fp    {tmp_path / 'model' / 'model.onnx'} (")
    assert told[1] == f"reads {', '.join(Predictor.load(tmp_path / 'model').feature_names)}"
    make().save(tmp_path / "student")
    assert main(["export", str(tmp_path / "student"), "--onnx", "--out", str(tmp_path / "there" / "a.onnx")]) == 0
    assert [line[:5] for line in capsys.readouterr().out.splitlines()] == ["fp   "]
    assert (tmp_path / "there" / "a.onnx").exists()


def test_a_mistake_is_one_line_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path), "--onnx"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gnn2mlp: error: expected the folder of a run or of a student")
    assert error.count("\n") == 1
