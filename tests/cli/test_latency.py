import json
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.cli import main
from gnn2mlp.pipeline import RunConfig, run
from tests.pipeline.conftest import npz, settings

__all__ = ["npz", "settings"]


def test_prints_the_tables_and_where_the_files_are(
    settings: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    words = [
        "latency", "--dataset", settings["dataset"], "--teacher", "gcn", "--split", "per_class", "--seeds", "1",
        "--out", str(settings["out"]), "--cache", str(settings["cache"]), "--device", "cpu", "--set", "split.train=5",
        "--set", "split.valid=5", "--set", "teacher.epochs=5", "--set", "distill.epochs=5", "--repeats", "10",
        "--budget", "0.1",
    ]  # fmt: skip
    assert main(words) == 0
    printed = capsys.readouterr().out.replace("\n", "")
    for expected in ("Milliseconds per request", "All nodes at once", "Accuracy and time", "Student, eager"):
        assert expected in printed
    for name in ("latency.html", "latency.json"):
        assert str(settings["out"] / name) in printed
        assert (settings["out"] / name).exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--method", "glnm"], "did you mean 'glnn'"),
        (["--repeats", "3"], "latency.repeats: expected at least 10"),
        (["--budget", "-1"], "latency.budget: expected at least 0"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    words: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["latency", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gnn2mlp: error: ")
    assert message in error
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "command", [["latency", "--repeats", "10", "--budget", "0.1"], ["trust", "--set", "export.draws=8"]]
)
def test_a_job_on_the_folder_of_a_run_takes_its_settings_and_leaves_them(
    settings: dict[str, Any], command: list[str], capsys: pytest.CaptureFixture[str]
):
    run(RunConfig(**settings, setting="inductive"))
    path = settings["out"] / "config.yaml"
    before, results = path.read_bytes(), (settings["out"] / "results.json").read_bytes()
    assert main([*command, "--out", str(settings["out"]), "--seeds", "1"]) == 0
    assert path.read_bytes() == before
    assert (settings["out"] / "results.json").read_bytes() == results
    written = json.loads((settings["out"] / f"{command[0]}.json").read_text())
    assert written["config"]["setting"] == "inductive"
    assert [seed["seed"] for seed in written["seeds"]] == [0]
    assert main([*command, "--out", str(settings["out"]), "--teacher", "sage"]) == 2
    assert "holds a run with another teacher" in capsys.readouterr().err
