"""Means, spreads apart, paired differences, ranks: figures worked by hand."""

import json
from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.evaluate import Outcome, paired
from gnn2mlp.studies import Comparison, compare, read_scores
from gnn2mlp.studies.comparing import Task, only
from tests.studies.helpers import line


def compared(tmp_path: Path, lines: list[dict[str, Any]], **options: Any) -> Comparison:
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return compare(read_scores([path]), **options)


def test_spreads_between_splits_and_initialisations_are_told_apart(tmp_path: Path) -> None:
    values = {(0, 0): 0.5, (0, 1): 0.7, (1, 0): 0.8, (1, 1): 0.8}
    lines = [line(seed=s, initialisation=i, student=value) for (s, i), value in values.items()]
    found = compared(tmp_path, lines)
    row = found.row(Task("digits", "inductive", "unseen"), "glnn (gcn)")
    assert row is not None
    assert row.mean == pytest.approx(0.7)  # of 0.6 and 0.8
    assert row.split_std == pytest.approx(0.1)
    assert row.initialisation_std == pytest.approx((0.1**2 / 2) ** 0.5)
    assert (row.trainings, row.ece, row.seconds, row.needs_graph) == (4, pytest.approx(0.1), 1.5, False)
    told = row.to_dict()
    assert (told["splits"], told["trainings"], told["made_by"]) == (2, 4, "gnn2mlp 0.1.0, code 01234567")


def test_a_frame_has_a_row_for_each_model_with_its_difference(tmp_path: Path) -> None:
    frame = compared(tmp_path, [line(seed=seed, student=0.7 + seed / 100) for seed in range(3)]).frame()
    assert frame["model"].tolist() == ["gcn", "mlp", "glnn (gcn)"]
    assert frame.set_index("model").loc["glnn (gcn)", "difference"] == pytest.approx(0.11)
    assert set(frame["against"]) == {"mlp"}


def test_differences_are_those_of_the_corrected_test(tmp_path: Path) -> None:
    students, mlps = [0.7, 0.8, 0.75], [0.6, 0.65, 0.7]
    lines = [line(seed=s, student=a, mlp=b) for s, (a, b) in enumerate(zip(students, mlps, strict=True))]
    found = compared(tmp_path, lines)
    assert found.against == "mlp"
    row = found.row(Task("digits", "inductive", "unseen"), "glnn (gcn)")
    assert row is not None
    sides = [[Outcome(s, f"split {s}", v, 4 / 20) for s, v in enumerate(values)] for values in (students, mlps)]
    assert found.difference(row) == pytest.approx(paired(*sides[:1], sides[1]))
    other = found.row(row.task, "mlp")
    assert other is not None
    assert found.difference(other) is None


def test_models_without_a_shared_split_are_not_compared(tmp_path: Path) -> None:
    lines = [line(seed=0), line(teacher="sage", seed=1)]
    found = compared(tmp_path, lines, against="glnn (gcn)")
    row = found.row(Task("digits", "inductive", "unseen"), "glnn (sage)")
    assert row is not None
    assert found.difference(row) is None


def test_ranks_are_over_data_sets_that_all_were_scored_on(tmp_path: Path) -> None:
    lines = [line(dataset=f"d{k}", student=0.7 + k / 100) for k in range(6)]
    lines += [line(dataset="d0", teacher="sage", student=0.9, of_teacher=0.9)]
    found = compared(tmp_path, lines).ranking("inductive")
    assert found is not None
    assert found.models == ("gcn", "glnn (gcn)", "mlp")  # sage was tried on one data set alone
    assert found.ranks == (1.0, 2.0, 3.0)
    assert found.datasets == 6
    assert compared(tmp_path, lines[:1]).ranking("inductive") is None
    assert compared(tmp_path, lines).ranking("transductive") is None


def test_less_is_better_where_the_metric_says_so(tmp_path: Path) -> None:
    metric = {"name": "mae", "title": "mean absolute error", "greater_is_better": False, "share": False}
    lines = [line(dataset=f"d{k}", metric=metric) for k in range(3)]
    found = compared(tmp_path, lines).ranking("inductive")
    assert found is not None
    assert found.models == ("mlp", "glnn (gcn)", "gcn")


def test_what_was_not_scored_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="expected scores on unsen nodes.*did you mean 'unseen'"):
        compared(tmp_path, [line()], population="unsen")
    with pytest.raises(ConfigError, match="no model 'mpl'; did you mean 'mlp'"):
        compared(tmp_path, [line()], against="mpl")
    with pytest.raises(ConfigError, match="no model 'gcm'; did you mean 'gcn'"):
        only(read_scores([tmp_path / "lines.jsonl"]), ["gcm"])


def test_some_models_only_and_the_one_compared_with(tmp_path: Path) -> None:
    compared(tmp_path, [line()])
    scores = read_scores([tmp_path / "lines.jsonl"])
    assert [s.model for s in only(scores, ["gcn"])] == ["gcn", "mlp"]
    assert [s.model for s in only(scores, ["mlp"], "glnn (gcn)")] == ["mlp", "glnn (gcn)"]
    assert only(scores, None) == scores


def test_scores_by_different_metrics_are_never_subtracted(tmp_path: Path) -> None:
    f1 = {"name": "macro_f1", "title": "macro F1", "greater_is_better": True, "share": True}
    lines = [line(seed=seed) for seed in range(3)]
    lines += [line(seed=seed, metric=f1, student=0.2, config={"task": {"metric": "macro_f1"}}) for seed in range(3)]
    found = compared(tmp_path, lines)
    assert [task.called for task in found.tasks] == ["digits", "digits (macro F1)"]
    assert found.models == ["gcn", "mlp", "glnn (gcn)"]
    told = [found.difference(row) for row in found.rows if row.model == "glnn (gcn)"]
    assert [round(one.difference, 3) for one in told if one is not None] == [0.1, -0.4]
    assert found.ranking("inductive") is None  # one data set
