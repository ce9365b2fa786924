from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.cli import main
from tests.pipeline.conftest import npz, settings

__all__ = ["npz", "settings"]


def test_prints_the_table_and_where_the_files_are(settings: dict[str, Any], capsys: pytest.CaptureFixture[str]):
    words = [
        "trust", "--dataset", settings["dataset"], "--teacher", "gcn", "--split", "per_class", "--seeds", "1",
        "--out", str(settings["out"]), "--cache", str(settings["cache"]), "--device", "cpu", "--set", "split.train=5",
        "--set", "split.valid=5", "--set", "teacher.hidden=8", "--set", "teacher.epochs=15", "--set", "export.draws=2",
    ]  # fmt: skip
    assert main(words) == 0
    printed = capsys.readouterr().out.replace("\n", "")
    for words_ in ("Reliability", "Confidence", "Margin", "Degree", "AUROC"):
        assert words_ in printed
    for name in ("trust.html", "trust.json", "nodes.csv"):
        assert str(settings["out"] / name) in printed
        assert (settings["out"] / name).exists()


def test_a_folder_is_all_that_is_to_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trust", str(tmp_path)]) == 2
    assert "trust: expected the folder of a run" in " ".join(capsys.readouterr().err.split())
    (tmp_path / ".work").mkdir()
    assert main(["trust", str(tmp_path)]) == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "holds a model of gnn2mlp fit; this looks at what gnn2mlp run leaves" in told


def test_help_tells_what_is_compared(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["trust", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "reliability under feature noise, confidence, margin and degree" in told
    assert "the answers of its student are looked at too" in told


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dataset", "cpf-coraa"], "did you mean 'cpf-cora'"),
        (["--teacher", "gnc"], "did you mean 'gcn'"),
        (["--set", "export.drawz=2"], "did you mean 'draws'"),
        (["--set", "export.draws=0"], "draws"),
        (["--seeds", "x"], "--seeds: expected a number"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    words: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.chdir(tmp_path)
    assert main(["trust", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gnn2mlp: error: ")
    assert message in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())
