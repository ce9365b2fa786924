from pathlib import Path
from typing import Any

import pytest

from gnn2mlp import RunConfig, run
from gnn2mlp.cli import main
from tests.pipeline.conftest import npz, settings

__all__ = ["npz", "settings"]


def test_a_folder_is_all_that_is_to_be_named(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    run(RunConfig(**settings), pages=False)
    assert main(["explain", str(settings["out"]), "--nodes", "3, 1", "--method", "dnx", "--pictures", "1"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "nodes named first suffice for" in printed
    assert "which answers as the teacher on" in printed
    assert "Student's confidence" in printed
    for name in (
        "explain.html",
        "explain.json",
        "explanations.csv",
        "edges.csv",
        "router.safetensors",
        "neighbourhoods",
    ):
        assert (settings["out"] / name).exists()


def test_other_folders_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(tmp_path)]) == 2
    assert "explain: expected the folder of a run" in " ".join(capsys.readouterr().err.split())
    assert main(["explain", str(tmp_path), "--out", "elsewhere"]) == 2
    assert "expected one folder" in capsys.readouterr().err


def test_an_unknown_node_is_one_sentence(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    run(RunConfig(**settings), pages=False)
    assert main(["explain", str(settings["out"]), "--nodes", "99999"]) == 2
    assert "expected nodes of tiny as rows" in " ".join(capsys.readouterr().err.split())
