import json
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp import RunConfig, run
from gnn2mlp.cli import main
from gnn2mlp.cli.run import settings as read_settings
from tests.pipeline.conftest import npz, settings
from tests.pipeline.test_run import scores

__all__ = ["npz", "settings"]


def arguments(*words: str) -> dict[str, Any]:
    """Settings that the command line makes of these words."""
    import argparse

    from gnn2mlp.cli import run as verb

    parser = argparse.ArgumentParser()
    verb.add(parser.add_subparsers())
    return read_settings(parser.parse_args(["run", *words]))


def test_command_and_python_give_the_same(settings: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    expected = run(RunConfig(**{**settings, "out": tmp_path / "python"}))
    words = [
        "run", "--dataset", settings["dataset"], "--teacher", "gcn", "--split", "per_class", "--seeds", "2",
        "--out", str(tmp_path / "shell"), "--cache", str(settings["cache"]), "--device", "cpu", "--no-latency",
        "--set", "split.train=5", "--set", "split.valid=5", "--set", "teacher.hidden=8", "--set", "teacher.epochs=15",
        "--set", "student.hidden=8", "--set", "distill.epochs=15",
    ]  # fmt: skip
    assert main(words) == 0
    results = json.loads((tmp_path / "shell" / "results.json").read_text())
    assert scores(results) == scores(json.loads(json.dumps(expected.results)))
    printed = capsys.readouterr().out
    assert str(tmp_path / "shell" / "report.html") in printed.replace("\n", "")
    assert f"{100 * results['summary']['student']['test']['mean']:.1f}" in printed


def test_options_win_over_the_file_and_set_wins_over_both(tmp_path: Path):
    path = tmp_path / "run.yaml"
    path.write_text("dataset: cpf-cora\nmethod: {name: glnn, temperature: 3}\nseeds: 4\nsetting: inductive\n")
    chosen = arguments("--config", str(path), "--seeds", "2", "--set", "method.hard_weight=0.5")
    assert chosen == {
        "dataset": "cpf-cora",
        "method": {"name": "glnn", "temperature": 3, "hard_weight": 0.5},
        "seeds": 2,
        "setting": "inductive",
    }
    assert arguments("--config", str(path), "--method", "mlp")["method"] == "mlp"
    assert arguments("--config", str(path), "--method", "glnn")["method"]["temperature"] == 3


def test_a_component_may_be_written_with_its_options(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert arguments("--dataset", "{name: synthetic, nodes: 60}")["dataset"] == {"name": "synthetic", "nodes": 60}
    assert main(["run", "--dataset", "{name: synthetic", "--out", str(tmp_path)]) == 2
    assert "--dataset: '{name: synthetic' is not a YAML value" in capsys.readouterr().err


def test_set_without_a_name_sets_the_default_component():
    assert arguments("--set", "teacher.hidden=16")["teacher"] == {"name": "gcn", "hidden": 16}
    assert arguments("--seeds", "0,3,7")["seeds"] == [0, 3, 7]


def test_of_links_the_default_components_are_those_of_links():
    chosen = arguments("--task", "link", "--set", "method.margin=0.2", "--set", "teacher.hidden=16")
    assert chosen["method"] == {"name": "llp", "margin": 0.2}
    assert chosen["teacher"] == {"name": "sage", "hidden": 16}
    assert arguments("--task", "link", "--set", "split.test=0.2")["split"] == {"name": "edges", "test": 0.2}
    assert arguments("--task", "link", "--set", "task.metric=mrr")["task"] == {"name": "link", "metric": "mrr"}
    assert arguments("--set", "task.metric=macro_f1")["task"] == {"metric": "macro_f1"}


def test_a_task_of_the_file_keeps_its_options(tmp_path: Path):
    path = tmp_path / "run.yaml"
    path.write_text("task: {name: link, metric: mrr}\nsetting: production\n")
    assert arguments("--config", str(path), "--task", "link")["task"] == {"name": "link", "metric": "mrr"}
    path.write_text("task: {metric: macro_f1}\n")
    assert arguments("--config", str(path), "--task", "node")["task"] == {"metric": "macro_f1"}


def test_a_finished_folder_runs_again_from_its_own_configuration(settings: dict[str, Any]):
    first = run(RunConfig(**settings)).results
    assert main(["run", "--config", str(settings["out"] / "config.yaml")]) == 0
    assert scores(json.loads((settings["out"] / "results.json").read_text())) == scores(json.loads(json.dumps(first)))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dataset", "cpf-coraa"], "did you mean 'cpf-cora'"),
        (["--method", "llp"], "add --task link"),
        (["--task", "link", "--method", "krd"], "says what nodes are, and --task link predicts links"),
        (["--task", "link", "--setting", "inductive"], "expected 'transductive' or 'production'"),
        (["--setting", "production"], "is of links (--task link)"),
        (["--dataset", "absent.npz"], "expected an .npz file"),
        (["--teacher", "gnc"], "did you mean 'gcn'"),
        (["--set", "method.temprature=2"], "did you mean 'temperature'"),
        (["--set", "method.temperature=hot"], "expected a number, got 'hot'"),
        (["--set", "nonsense"], "expected KEY=VALUE"),
        (["--set", "split.train=3"], "name the split first"),
        (["--seeds", "x"], "--seeds: expected a number"),
        (["--config", "absent.yaml"], "expected a YAML file"),
        (["--device", "tpu9"], "expected auto, cpu, cuda"),
        (["--data-root", "/absent"], "data root: expected a folder"),
        (["--threads", "many"], "threads: expected 'auto' or a number"),
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
    assert main(["run", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("gnn2mlp: error: ")
    assert message in error
    assert error.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_unknown_option_and_version_exit_as_usual(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as unknown:
        main(["run", "--datset", "x"])
    assert unknown.value.code == 2
    with pytest.raises(SystemExit) as version:
        main(["--version"])
    assert version.value.code == 0
    assert capsys.readouterr().out.startswith("gnn2mlp 0.")
