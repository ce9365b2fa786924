from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.cli import main
from tests.company import company

QUICK = ["--set", "teacher.epochs=3", "--set", "teacher.hidden=8", "--set", "distill.epochs=3", "--device", "cpu"]


def arguments(folder: Path, *more: str) -> list[str]:
    given = company().write(folder / "tables")
    files = ["--nodes", str(given["nodes"]), "--edges", str(given["edges"]), "--id", "page", "--label", "kind"]
    return ["fit", *files, "--out", str(folder / "model"), *QUICK, *more]


def test_from_tables_to_a_model_in_one_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = arguments(tmp_path, "--column", "price:log", "--set", "split.train=0.4", "--set", "task.metric=macro_f1")
    assert main(given) == 0
    out = capsys.readouterr().out
    for text in ("The tables", "Columns", "Split by a hash of the id", "Macro F1", "Gradient boosting", "model.onnx"):
        assert text in out, text
    assert (tmp_path / "model" / "student.safetensors").exists()
    assert main(given) == 0
    assert "holds this model already; nothing was trained" in capsys.readouterr().out


def test_a_dry_run_prints_the_report_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments(tmp_path, "--dry-run")) == 0
    out = capsys.readouterr().out
    assert "dangling" in out
    assert "Accuracy" not in out
    assert not (tmp_path / "model").exists()


def test_settings_may_lie_in_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = company().write(tmp_path / "tables")
    path = tmp_path / "fit.yaml"
    text = f"nodes: {given['nodes']}\nedges: {given['edges']}\nid: page\nlabel: kind\ncolumns: {{text: drop}}\n"
    path.write_text(text)
    assert main(["fit", "--config", str(path), "--dry-run", "--time", "joined"]) == 0
    out = capsys.readouterr().out
    assert "Split by time (joined)" in out
    assert "as stated" in out


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--column", "price"], "--column: expected NAME:ENCODER such as price:log, got 'price'"),
        (["--column", "price:lgo"], "did you mean 'log'?"),
        (["--label", "kid"], "did you mean 'kind'?"),
        (["--teacher", "sge"], "did you mean 'sage'?"),
        (["--set", "split.trian=0.4"], "did you mean 'train'?"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    assert main(arguments(tmp_path, *more)) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "model").exists()


def test_what_is_needed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "--nodes", "a.csv"]) == 2
    assert "expected --edges and --id and --label and --out, as in gnn2mlp fit" in capsys.readouterr().err


def test_several_labels_have_options_of_their_task(tmp_path: Path) -> None:
    import argparse

    from gnn2mlp.cli import fit

    parser = argparse.ArgumentParser()
    fit.add(parser.add_subparsers(dest="verb"))
    given: Any = parser.parse_args(arguments(tmp_path, "--label", "a,b", "--set", "task.metric=micro_f1"))
    assert fit.settings(given)["task"] == {"name": "multi_label", "metric": "micro_f1"}
