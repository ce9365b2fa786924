from pathlib import Path

import pytest

from gnn2mlp.cli import main
from tests.deploy.test_predictor import make

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def test_says_what_was_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make().save(tmp_path / "student")
    assert main(["export", str(tmp_path / "student"), "--onnx", "--out", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    for name in ("student.onnx", "student.onnx.json"):
        assert str(tmp_path / "out" / name) in printed
        assert (tmp_path / "out" / name).exists()


def test_a_mistake_is_one_line_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(tmp_path), "--onnx"]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gnn2mlp: error: expected the folder of a run or of a student")
    assert error.count("\n") == 1
