"""The tables of a comparison."""

import csv
import io
import json
from pathlib import Path

import pytest

from gnn2mlp.studies import Comparison, compare, read_scores
from gnn2mlp.studies.tables import (
    brief_grids,
    detail_grids,
    matrix_grids,
    rank_grid,
    records,
    to_csv,
    uneven,
    versions_grid,
)
from tests.studies.helpers import line


@pytest.fixture
def comparison(tmp_path: Path) -> Comparison:
    lines = [
        line(dataset=name, seed=seed, student=0.7 + seed / 500 + gain, homophily=homophily)
        for name, homophily, gain in (("low", 0.2, -0.3), ("high", 0.9, 0.1), ("even", 0.5, -0.1))
        for seed in range(4)
    ]
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    return compare(read_scores([path]))


def test_the_matrix_is_in_the_order_of_homophily_and_marks_what_is_beyond_chance(comparison: Comparison) -> None:
    (grid,) = matrix_grids(comparison)
    assert grid.head == ["Data", "Homophily", "gcn\N{NO-BREAK SPACE}ᵍ", "mlp", "glnn (gcn)"]
    assert [row[0] for row in grid.rows] == ["high", "even", "low"]
    assert grid.rows[0][1] == "0.90 (adj. 0.70)"
    assert [row[4] for row in grid.rows] == ["▲ 80.3 ± 0.2", "60.3 ± 0.2", "▼ 40.3 ± 0.2"]
    assert grid.rows[0][3] == "60.0 ± 0.0"


def test_details_hold_difference_interval_and_cost(comparison: Comparison) -> None:
    grid = detail_grids(comparison)[1]
    assert grid.title == "high, inductive, unseen; homophily 0.90 (adj. 0.70)"
    model, mean, splits, initialisations, difference, interval, p, ece, seconds, graph, n = grid.rows[2]
    assert (model, mean, splits, initialisations, difference) == ("glnn (gcn)", "80.3", "± 0.2", "–", "+20.3")
    assert interval.startswith("+19.")
    assert " to +20." in interval
    assert (p, ece, seconds, graph, n) == ("< 0.001", "10.0", "1.5", "no", "4 × 1")
    assert grid.rows[1][4:7] == ["–", "–", "–"]  # the plain MLP, with which others are compared


def test_a_terminal_has_the_columns_that_it_has_room_for(comparison: Comparison) -> None:
    grid = brief_grids(comparison)[1]
    assert grid.head == ["Model", "Mean", "Splits", "Minus mlp", "95% interval", "p"]
    assert grid.rows[2][:4] == ["glnn (gcn)", "80.3", "± 0.2", "+20.3"]


def test_ranks_say_who_could_be_like_whom(comparison: Comparison) -> None:
    grid = rank_grid(comparison, "inductive")
    assert grid.title.endswith("3 data sets)")
    assert grid.rows[0][0] == "gcn"
    assert all(row[2] for row in grid.rows)
    assert rank_grid(comparison, "transductive").rows == []


def test_versions_count_trainings(comparison: Comparison) -> None:
    assert versions_grid(comparison).rows == [["gnn2mlp 0.1.0, code 01234567", "36"]]


def test_files_hold_plain_values(comparison: Comparison) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(comparison))))
    assert len(rows) == len(records(comparison)) == 9
    (row,) = [row for row in rows if (row["dataset"], row["model"]) == ("high", "glnn (gcn)")]
    assert float(row["mean"]) == pytest.approx(0.803)
    assert float(row["difference"]) == pytest.approx(0.203)
    assert (row["against"], row["std_between_initialisations"]) == ("mlp", "")
    json.dumps(records(comparison), allow_nan=False)


def test_two_splits_that_agree_by_chance_mark_nothing(tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(line(dataset="low", seed=seed, student=0.9)) + "\n" for seed in range(2)))
    (grid,) = matrix_grids(compare(read_scores([path])))
    assert grid.rows[0][-1] == "90.0 ± 0.0"


def test_a_difference_of_errors_has_their_sign_and_the_mark_says_which_is_better(tmp_path: Path) -> None:
    metric = {"name": "mae", "title": "mean absolute error", "greater_is_better": False, "share": False}
    lines = [line(seed=seed, metric=metric, student=2.0 + seed / 100, mlp=3.0) for seed in range(3)]
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    found = compare(read_scores([path]))
    (grid,) = matrix_grids(found)
    assert grid.title == "Inductive, unseen nodes"
    assert grid.rows[0][0] == "digits (mean absolute error)"
    assert grid.rows[0][-1].startswith("▲ 2.01")
    (details,) = detail_grids(found)
    assert details.rows[2][4] == "−0.990"
    assert details.rows[2][5].startswith("−1.")
    (row,) = [row for row in records(found) if row["model"] == "glnn (gcn)"]
    assert row["difference"] == pytest.approx(-0.99)
    assert row["low"] < row["difference"] < row["high"] < 0


def test_models_that_were_scored_on_fewer_splits_are_named(tmp_path: Path) -> None:
    lines = [line(seed=seed) for seed in range(3)]
    lines[2]["student"] = {"unseen": None, "test": 0.7}
    path = tmp_path / "lines.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    (told,) = uneven(compare(read_scores([path])))
    assert told.startswith("Over fewer splits than others: glnn (gcn) on digits inductive (2 of 3).")
    assert uneven(compare(read_scores([path]), population="test")) == []
