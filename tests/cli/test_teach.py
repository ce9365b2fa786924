from pathlib import Path

import pytest

from gnn2mlp.cli import main
from gnn2mlp.tables.hops import propagate_hops
from tests.pipeline.test_teach import write


def test_scores_are_told_and_settings_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nodes, edges = write(tmp_path)
    propagate_hops(nodes, edges, tmp_path / "hops", hops=1)
    out = str(tmp_path / "teacher")
    arguments = ["teach", str(tmp_path / "hops"), str(nodes), "--out", out, "--threads", "1"]
    assert main([*arguments, "--set", "teacher.epochs=8", "--set", "teacher.hidden=16"]) == 0
    told = capsys.readouterr().out
    assert [line.split()[:2] for line in told.splitlines()[1:4]] == [["train", "80"], ["valid", "80"], ["test", "80"]]
    assert "knowledge.parquet" in told
    assert main([*arguments, "--set", "teacher.epochs=9"]) == 2
    assert "holds a teacher of other settings (teacher)" in capsys.readouterr().err
    assert main([*arguments, "--set", "teacher.hopps=9"]) == 2
    assert "hopps" in capsys.readouterr().err
