from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gnn2mlp.cli import main
from tests.deploy.graph_tables import ARRAYS, GRAPHS, model, write


def test_score_answers_for_each_graph_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model().save(tmp_path / "model")
    write(tmp_path / "set")
    given = [str(tmp_path / "model"), str(tmp_path / "set")]
    assert not main(["score", *given, str(tmp_path / "out.parquet"), "--keep", "graph,source", "--probabilities"])
    assert "3 graphs, " in capsys.readouterr().out
    found = pq.read_table(tmp_path / "out.parquet")
    assert found["graph"].to_pylist() == GRAPHS["graph"]
    assert found["prediction"].to_pylist() == model().predict(ARRAYS).tolist()
    assert not main(["export", str(tmp_path / "model"), "--onnx"])
    assert not main(["score", *given, str(tmp_path / "again.parquet"), "--onnx", "--threads", "1", "--errors", "null"])
    assert "3 graphs, 0 without an answer" in capsys.readouterr().out
    assert pq.read_table(tmp_path / "again.parquet")["prediction"].to_pylist() == found["prediction"].to_pylist()


def test_options_of_nodes_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model().save(tmp_path / "model")
    given = [str(tmp_path / "model"), str(tmp_path), str(tmp_path / "out.parquet")]
    assert main(["score", *given, "--int8"]) == 2
    assert "--int8: a model of whole graphs knows nothing of it" in capsys.readouterr().err
    assert main(["score", *given]) == 2
    assert "expected a folder with nodes.parquet" in capsys.readouterr().err
