from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.cli import main
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
        (["--method", "glmm"], "did you mean 'glnn'"),
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
