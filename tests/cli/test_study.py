"""`gnn2mlp study`."""

from pathlib import Path

import numpy as np
import pytest
import yaml

from gnn2mlp.cli import main
from tests.helpers import tiny_arrays


@pytest.fixture
def file(tmp_path: Path) -> Path:
    x, y, edges = tiny_arrays(nodes=60)
    np.savez(tmp_path / "tiny.npz", x=x, y=y, edge_index=edges)
    study = {
        "datasets": [str(tmp_path / "tiny.npz")],
        "teachers": [{"name": "gcn", "hidden": 8, "epochs": 5}],
        "run": {"student": {"hidden": 8}, "distill": {"epochs": 5}, "device": "cpu"},
        "out": str(tmp_path / "study"),
        "cache": str(tmp_path / "cache"),
        "device": "cpu",
    }
    del study["run"]["device"]  # type: ignore[attr-defined]
    path = tmp_path / "pays.yaml"
    path.write_text(yaml.safe_dump(study))
    return path


def test_a_study_is_run_and_resumed(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", str(file), "--splits", "2", "--list"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 of 2 cells are missing"
    assert main(["study", str(file), "--splits", "2", "--most", "1", "--lines-only"]) == 0
    first = capsys.readouterr().out
    assert "[1/1]" in first
    assert "test: teacher" in first
    assert "1 of 2 cells have a line" in first
    assert main(["study", str(file), "--splits", "0,1"]) == 0
    assert "2 of 2 cells have a line" in capsys.readouterr().out
    assert main(["study", str(file), "--splits", "2"]) == 0
    assert "[1/" not in capsys.readouterr().out
    assert main(["study", str(file), "--splits", "1,"]) == 0  # the second one alone
    assert "1 of 1 cells have a line; 1 other line there, of other settings or splits" in capsys.readouterr().out


def test_a_cell_that_fails_is_told_at_the_end(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = yaml.safe_load(file.read_text())
    content["teachers"].append("hgnn")
    file.write_text(yaml.safe_dump(content))
    assert main(["study", str(file), "--splits", "1"]) == 2
    told = capsys.readouterr()
    assert "1 of 2 cells have a line" in told.out
    assert "1 of 2 cells could not be run" in told.err
    assert "works on a hypergraph" in told.err


def test_wrong_numbers_are_refused(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["study", str(file), "--splits", "two"]) == 2
    assert "--splits: expected a number" in capsys.readouterr().err
