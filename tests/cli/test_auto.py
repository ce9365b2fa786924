import json
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.cli import main
from gnn2mlp.core.errors import ConfigError
from tests.cli.test_run import arguments
from tests.pipeline.conftest import npz, settings
from tests.pipeline.searching.conftest import space_file

__all__ = ["npz", "settings", "space_file"]


def words(verb: str, settings: dict[str, Any], space_file: str, out: Path) -> list[str]:
    return [
        verb, "--dataset", settings["dataset"], "--teacher", "gcn", "--split", "per_class", "--seeds", "1",
        "--out", str(out), "--cache", str(settings["cache"]), "--device", "cpu", "--no-latency", "--method", "auto",
        "--set", "split.train=5", "--set", "split.valid=5", "--set", "teacher.hidden=8", "--set", "teacher.epochs=8",
        "--set", "student.hidden=8", "--set", "distill.epochs=8", "--set", "method.trials=3",
        "--set", "method.rehearsals=1", "--set", "method.methods=[glnn]", "--set", f"method.space={space_file}",
    ]  # fmt: skip


@pytest.mark.parametrize("verb", ["auto", "run"])
def test_the_best_is_found_and_scored(
    verb: str, settings: dict[str, Any], space_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(words(verb, settings, space_file, tmp_path / "out")) == 0
    printed = capsys.readouterr().out
    assert "Leaderboard" in printed
    assert "plain GLNN" in printed
    assert "Fidelity" in printed
    board = json.loads((tmp_path / "out" / "search" / "leaderboard.json").read_text())
    assert len(board["trials"]) == 3
    assert (tmp_path / "out" / "student").is_dir()


def test_a_search_alone_reads_no_test_node(
    settings: dict[str, Any], space_file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main([*words("auto", settings, space_file, tmp_path / "out"), "--search-only"]) == 0
    assert "Fidelity" not in capsys.readouterr().out
    assert not (tmp_path / "out" / "results.json").exists()


def test_a_budget_is_an_option_of_the_search(capsys: pytest.CaptureFixture[str]):
    assert arguments("--method", "auto", "--budget", "5m")["method"] == {"name": "auto", "budget": "5m"}
    chosen = arguments("--method", "auto", "--budget", "5m", "--set", "method.trials=4")["method"]
    assert chosen == {"name": "auto", "budget": "5m", "trials": 4}
    with pytest.raises(ConfigError, match="--budget: only a search has one; add --method auto"):
        arguments("--method", "glnn", "--budget", "5m")
    assert main(["auto", "--method", "glnn"]) == 2
    assert "use gnn2mlp run" in capsys.readouterr().err
