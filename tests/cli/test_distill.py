import json
from pathlib import Path

import pytest

from gnn2mlp.cli import main
from gnn2mlp.cli.distill import columns_lines, scores_table
from tests.rowtables import write_both

SMALL = ["--set", "distill.epochs=3", "--set", "student.hidden=8", "--device", "cpu", "--threads", "1"]


def words(folder: Path) -> list[str]:
    return ["distill", *map(str, write_both(folder)), "--out", str(folder / "out"), *SMALL]


def test_the_command_writes_and_prints_scores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words(tmp_path), "--method", "vqgraph", "--seed", "3", "--set", "method.code_weight=0.5"]) == 0
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    config = results["config"]
    assert (config["seed"], config["method"]["code_weight"], config["distill"]["epochs"]) == (3, 0.5, 3)
    printed = capsys.readouterr().out
    assert f"{100 * results['scores']['valid']['accuracy']:.2f}" in printed
    assert str(tmp_path / "out" / "student") in printed.replace("\n", "")


def test_columns_are_named_and_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = words(tmp_path)
    options = ["--id", "node_id", "--label", "label", "--columns", "f2,f0", "--classes", "0,1,2"]
    assert main([*command, *options]) == 0
    results = json.loads((tmp_path / "out" / "results.json").read_text())
    assert [column["name"] for column in results["columns"]["features"]] == ["f2", "f0"]
    printed = capsys.readouterr().out
    assert "features f2, f0\nnot used f1, f3\n" in printed


def test_many_columns_are_counted() -> None:
    columns = {"features": [{"name": f"f{i}"} for i in range(12)], "unused": {}}
    (line,) = columns_lines({"columns": columns})
    assert line.endswith("f8, f9 and 2 more")


def test_figures_that_do_not_exist_are_dashes() -> None:
    found = {"rows": 5, "labelled": 0, "accuracy": None, "agreement": 0.5, "teacher_accuracy": None}
    table = scores_table({"scores": {"valid": found}})
    assert [list(column.cells) for column in table.columns] == [["valid"], ["5"], ["-"], ["-"], ["50.00"]]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--classes", "a,b"], "expected a name for each of the teacher's 3 columns, got 2"),
        (["--missing", "x"], "missing: "),
        (["--label", "labels"], "has no column 'labels'; did you mean 'label'"),
        (["--columns", "f0,f9"], "columns: "),
        (["--id", "user"], "expected the column user of ids, got node_id (int64)"),
        (["--set", "distill.lr=fast"], "distill.lr: expected a number, got 'fast'"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2(
    tmp_path: Path, more: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words(tmp_path), *more]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "out" / "config.yaml").exists()
