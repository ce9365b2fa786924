from pathlib import Path

import numpy as np
import pytest

from gnn2mlp.cli import main
from gnn2mlp.deploy import OnnxGraphPredictor, OnnxLinkPredictor, Predictor
from tests.deploy import graph_models, links
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


def test_a_model_of_links_becomes_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = links.make()
    made.save(tmp_path / "model")
    assert not main(["export", str(tmp_path / "model"), "--onnx"])
    said = capsys.readouterr().out
    assert "embeds rows  " in said
    assert "decoder.onnx (" in said
    assert not main(["check", str(tmp_path / "model")])
    assert not main(["export", str(tmp_path / "model"), "--onnx", "--out", str(tmp_path / "elsewhere")])
    found = OnnxLinkPredictor.load(tmp_path / "elsewhere").score_pairs(links.X, [(0, 1)])
    np.testing.assert_allclose(found, made.score_pairs(links.X, [(0, 1)]), atol=1e-5)
    for further in (["--int8"], ["--out", str(tmp_path / "a.onnx")]):
        assert main(["export", str(tmp_path / "model"), "--onnx", *further]) == 2
        assert "a model of links becomes two files" in capsys.readouterr().err


def test_a_model_of_whole_graphs_becomes_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = graph_models.make()
    made.save(tmp_path / "model")
    assert not main(["export", str(tmp_path / "model"), "--onnx"])
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith(f"fp    {tmp_path / 'model' / 'model.onnx'} (")
    assert said[1] == "reads codes, nodes_per_graph"
    assert not main(["check", str(tmp_path / "model")])
    assert not main(["export", str(tmp_path / "model"), "--onnx", "--out", str(tmp_path / "elsewhere" / "a.onnx")])
    found = OnnxGraphPredictor.load(tmp_path / "elsewhere" / "a.onnx")
    assert found.predict(graph_models.GRAPHS).tolist() == made.predict(graph_models.GRAPHS).tolist()
    assert main(["export", str(tmp_path / "model"), "--onnx", "--int8"]) == 2
    assert "a model of whole graphs is written in its own precision" in capsys.readouterr().err
