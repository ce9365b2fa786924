from pathlib import Path
from typing import Any

import pyarrow.csv as csv
import pyarrow.parquet as pq
import pytest

from gnn2mlp.cli import main
from tests.company import company
from tests.fitted import undrawn  # noqa: F401  (fixture)
from tests.fitted_graphs import written
from tests.linked_tables import linked_tables

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


def linked(folder: Path, *more: str) -> list[str]:
    given = linked_tables().write(folder / "tables")
    files = ["--nodes", str(given["nodes"]), "--edges", str(given["edges"]), "--id", "page"]
    return ["fit", "--task", "link", *files, *QUICK, *more]


@pytest.mark.usefixtures("undrawn")
def test_links_are_learnt_scored_and_found_again_from_tables_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = tmp_path / "model"
    given = linked(tmp_path, "--out", str(model), "--time", "joined", "--set", "split.new_nodes=0.2")
    assert main(given) == 0
    out = capsys.readouterr().out
    for text in ("The links", "come after training, the newest by joined", "Hits@20", "Best heuristic", "all"):
        assert text in out, text
    assert main(given) == 0
    assert "holds this model already; nothing was trained" in capsys.readouterr().out
    assert main(["check", str(model)]) == 0
    nodes = str(tmp_path / "tables" / "nodes.csv")
    best = str(tmp_path / "best.parquet")
    assert main(["score", str(model), "--top", "3", "--nodes", nodes, "--out", best]) == 0
    assert pq.read_table(best).num_rows == 3 * 160


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--label", "country"], "label: links are learnt from the edges"),
        (["--group", "country"], "--group: it is of labels of nodes, and --task link predicts links; leave it out"),
        (["--left-out"], "--left-out: it is of labels"),
        (["--method", "glnn"], "says what nodes are, and --task link predicts links"),
        (["--set", "split.tset=0.4"], "did you mean 'test'?"),
        (["--set", "decoder.hiden=4"], "did you mean 'hidden'?"),
        (["--set", "task.metric=hits@50"], "the metric 'hits@50' needs at least 50 negative pairs"),
    ],
)
def test_mistakes_of_fits_of_links_are_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    assert main(linked(tmp_path, "--dry-run", *more)) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def graphs(folder: Path, *more: str) -> list[str]:
    """A quick fit of toy molecules, whose columns have names of their own."""
    given = written(folder / "tables")
    named = [word for key, value in given.items() for word in (f"--{key}", str(value))]
    return ["fit", "--task", "graph", *named, "--column", "degree:number", *QUICK, *more]


@pytest.mark.usefixtures("undrawn")
def test_whole_graphs_are_learnt_scored_and_found_again_from_tables_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model, answers = tmp_path / "model", tmp_path / "answers.parquet"
    given = graphs(tmp_path, "--out", str(model), "--teacher", "gin", "--set", "task.metric=roc_auc")
    assert main(given) == 0
    out = capsys.readouterr().out
    for text in ("The tables", "Split by shares", "ROC-AUC", "Bag of labels", "all 60 labelled graphs", "model.onnx"):
        assert text in out, text
    assert main(given) == 0
    assert "holds this model already; nothing was trained" in capsys.readouterr().out
    nodes = tmp_path / "asked.parquet"
    pq.write_table(csv.read_csv(tmp_path / "tables" / "nodes.csv"), nodes)
    assert main(["score", str(model), str(nodes), str(answers)]) == 0  # by the name that ids had in training
    assert pq.read_table(answers).column_names == ["molecule", "prediction", "confidence"]
    assert pq.read_table(answers)["molecule"].to_pylist()[:2] == ["m00", "m01"]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            ["--group", "size"],
            "--group: it is of labels of nodes, and --task graph predicts whole graphs; leave it out",
        ),
        (["--setting", "production"], "--setting: it is of links, and --task graph predicts whole graphs"),
        (["--inputs", "standardise"], "--inputs: it is of labels of nodes"),
        (["--teacher", "sage"], "teacher 'sage' does not answer for whole graphs"),
        (["--method", "auto"], "searches for methods of nodes; for whole graphs name one"),
        (["--label", "txic"], "expected a column 'txic'; did you mean 'toxic'?"),
        (["--node", "no"], "expected a column 'no'"),
        (["--set", "teacher.hiden=4"], "did you mean 'hidden'?"),
    ],
)
def test_mistakes_of_fits_of_whole_graphs_are_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    assert main(graphs(tmp_path, "--dry-run", *more)) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_what_is_of_whole_graphs_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "--task", "graph"]) == 2
    assert "expected --graphs and --out, as in gnn2mlp fit --task graph --graphs molecules/" in capsys.readouterr().err
    assert main(arguments(tmp_path, "--graphs", "folder")) == 2
    assert "--graphs: it is of whole graphs; add --task graph, or leave it out" in capsys.readouterr().err


def test_what_is_needed_and_what_is_of_links_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "--task", "link", "--nodes", "n.csv"]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "expected --edges and --id and --out, as in" in error
    assert "gnn2mlp fit --task link --nodes pages.csv" in error
    assert main(arguments(tmp_path, "--setting", "production")) == 2
    assert "--setting: it is of links; add --task link, or leave it out" in capsys.readouterr().err


@pytest.mark.parametrize(("task", "meant"), [("links", "link"), ("graphs", "graph"), ("regresion", "regression")])
def test_a_task_that_there_is_not_is_said_before_anything_is_asked_for(
    task: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fit", "--task", task, "--nodes", "n.csv"]) == 2
    error = " ".join(capsys.readouterr().err.split())
    assert error.endswith(f"regression, link, graph, got '{task}'; did you mean '{meant}'?")
