from pathlib import Path

import pytest

from gnn2mlp.cli import main
from gnn2mlp.cli.propagate import _ENGINES
from gnn2mlp.tables.hops import ENGINES, HopTable
from tests.hops import draw, write_graph


def test_hops_are_written_and_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    nodes, edges = write_graph(tmp_path, *draw())
    arguments = ["propagate", str(nodes), str(edges), "--hops", "2", "--out", str(tmp_path / "hops")]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    assert "60 nodes, 200 edges" in told
    assert "2 hops of 5 features" in told
    assert "from a node to itself" in told
    assert HopTable.open(tmp_path / "hops").hops == 2
    assert main([*arguments, "--normalise", "row"]) == 2
    assert "another normalisation" in capsys.readouterr().err


def test_the_command_knows_every_engine() -> None:
    assert set(_ENGINES) == set(ENGINES)
