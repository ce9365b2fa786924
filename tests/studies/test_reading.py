"""Results of any kind become scores of named models."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.studies import Study, read_scores, run_study
from tests.studies.helpers import line


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return path


def test_runs_studies_and_lines_are_read_alike(make_study: Callable[..., Study]) -> None:
    study = make_study(teachers=["gcn"], splits=1)
    (made,) = run_study(study).lines
    (cell,) = study.cells()
    folder = study.folder
    read = [read_scores([path]) for path in (folder, folder / "lines.jsonl", folder / "runs" / cell.identity)]
    for scores in read:
        assert [(s.dataset, s.setting, s.model, s.role) for s in scores] == [
            ("tiny", "inductive", "gcn", "teacher"),
            ("tiny", "inductive", "mlp", "mlp"),
            ("tiny", "inductive", "glnn (gcn)", "student"),
        ]
        assert [s.at("unseen") for s in scores] == [made[role]["unseen"] for role in ("teacher", "mlp", "student")]
        assert [s.needs_graph for s in scores] == [True, False, False]
    both = read_scores([folder, folder / "runs" / cell.identity])
    assert len(both) == 3  # the same training is there once


def test_a_folder_of_files_is_read_whole_and_rows_are_called_by_their_method(tmp_path: Path) -> None:
    for name, temperature in (("a2020_glnn", 1.0), ("b2021_warm", 2.0)):
        config = {"method": {"name": "glnn", "temperature": temperature}, "dataset": "digits"}
        bare = {key: value for key, value in line(config=config).items() if key != "cell"}
        write(tmp_path / f"{name}_digits_inductive.jsonl", {**bare, "row": name})
    models = {score.model for score in read_scores([tmp_path])}
    assert models == {"gcn", "mlp", "glnn (gcn) [a2020_glnn]", "glnn (gcn) [b2021_warm]"}


def test_a_method_without_a_teacher_is_the_plain_mlp(tmp_path: Path) -> None:
    one = line(config={"method": "mlp"})
    one["cell"]["method"] = "mlp"
    scores = read_scores([write(tmp_path / "a.jsonl", one)])
    assert [score.model for score in scores] == ["gcn", "mlp"]


def test_initialisations_are_paired_apart(tmp_path: Path) -> None:
    lines = [line(seed=seed, initialisation=which) for seed in (0, 1) for which in (0, 1)]
    outcomes = [s.outcome("unseen") for s in read_scores([write(tmp_path / "a.jsonl", *lines)]) if s.role == "student"]
    assert len({outcome.seed for outcome in outcomes}) == 4
    assert [outcome.split for outcome in outcomes] == ["split 0", "split 0", "split 1", "split 1"]


def test_errors_are_turned_round_so_that_more_is_better(tmp_path: Path) -> None:
    metric = {"name": "mae", "title": "mean absolute error", "greater_is_better": False, "share": False}
    (teacher, *_) = read_scores([write(tmp_path / "a.jsonl", line(metric=metric, of_teacher=0.25))])
    assert teacher.at("unseen") == 0.25
    assert teacher.outcome("unseen").score == -0.25


@pytest.mark.parametrize("name", ["absent", "absent.jsonl", "notes.txt", "other.json"])
def test_a_path_without_results_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "notes.txt").write_text("no results")
    (tmp_path / "other.json").write_text("{}")
    with pytest.raises(ConfigError, match="compare: expected"):
        read_scores([tmp_path / name])


@pytest.mark.parametrize(("task", "told"), [("link", "those of links"), ("graph", "those of whole graphs")])
def test_what_is_not_of_nodes_is_refused(tmp_path: Path, task: str, told: str) -> None:
    made = line()
    path = write(tmp_path / "other.jsonl", {**made, "config": {**made["config"], "task": {"name": task}}})
    with pytest.raises(ConfigError, match=f"expected scores of nodes at .*other.jsonl, number 1, got {told}"):
        read_scores([path])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"split": ...}, "without split"),
        ({"config": ...}, "without config"),
        ({"student": {"unseen": float("nan")}}, "scores of the student at .*, number 2, got nan"),
        ({"teacher": {"unseen": "0.8"}}, "scores of the teacher at .*, number 2, got '0.8'"),
        ({"mlp": 0.8}, "scores of the mlp at .*, number 2, got 0.8"),
    ],
)
def test_what_is_no_line_of_results_is_named(tmp_path: Path, change: dict[str, Any], told: str) -> None:
    wrong = {key: value for key, value in {**line(seed=1), **change}.items() if value is not ...}
    with pytest.raises(ConfigError, match=told):
        read_scores([write(tmp_path / "a.jsonl", line(), wrong)])


def test_a_population_without_a_score_has_none(tmp_path: Path) -> None:
    scores = read_scores([write(tmp_path / "a.jsonl", {**line(), "student": {"unseen": None, "test": 0.5}})])
    assert [score.at("unseen") for score in scores][-1] is None


def test_folders_of_one_name_are_told_apart_by_their_path(tmp_path: Path) -> None:
    for place, lr in (("a", 0.1), ("b", 0.2)):
        bare = {k: v for k, v in line(config={"distill": {"lr": lr}, "dataset": "digits"}).items() if k != "cell"}
        write(tmp_path / place / "run" / "lines.jsonl", bare)
    models = {score.model for score in read_scores([tmp_path / "a" / "run", tmp_path / "b" / "run" / "lines.jsonl"])}
    assert models == {"gcn", "mlp [a/run]", "mlp [b/run]", "glnn (gcn) [a/run]", "glnn (gcn) [b/run]"}
