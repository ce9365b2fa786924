import re
from dataclasses import replace

import numpy as np

from gnn2mlp.explore import Disagreement
from gnn2mlp.report.disagreement_grids import (
    classes_grid,
    confusions_grid,
    gap_text,
    groups_grid,
    look_grid,
    slices_grid,
)
from tests.explore.disagreeing import weak_spot


def test_slices_say_what_all_models_do_there_and_how_the_rest_fares() -> None:
    found = weak_spot(nodes=2000)
    grid = slices_grid(found, found.of_gap("teacher", "unseen"))
    assert grid.head == [
        "Nodes where", "Count", "Teacher", "Student", "Plain MLP", "Behind here", "Elsewhere", "95% of difference", "p"
    ]  # fmt: skip
    first = grid.rows[0]
    assert first[2] == "100.0"
    assert re.fullmatch(r"\+[78]\d\.\d", first[5])
    assert re.fullmatch(r"\+\d+\.\d to \+\d+\.\d", first[7])
    wrong = slices_grid(found, found.of_gap("truth", "unseen"))
    assert wrong.head[5] == "Wrong here"
    assert not wrong.rows[0][5].startswith("+")
    assert slices_grid(found, []).rows == []


def test_groups_say_by_how_much_the_student_is_ahead_or_behind() -> None:
    found = weak_spot()
    rows = {row[0]: row for row in groups_grid(found, found.scores_by("colour", "seen"), "By colour").rows}
    assert rows["colour is red"][5].startswith("\N{MINUS SIGN}")
    assert rows["colour is blue"][3] == "100.0"
    assert rows["colour is blue"][6].startswith("+")  # of the plain MLP


def test_classes_and_their_confusions_are_told_by_name() -> None:
    found = weak_spot()
    grid = classes_grid(found, "seen")
    assert [row[0] for row in grid.rows] == ["a", "b", "c"]
    assert sum(columns for _, columns in grid.groups) == len(grid.head) == len(grid.rows[0])
    assert confusions_grid(found, "seen").rows[0][:2] == ["b taken for c", "0"]


def test_nodes_to_look_at_are_shown_once_with_what_stands_in_them() -> None:
    found = weak_spot(seeds=3, nodes=2000)
    grid = look_grid(found, found.of_gap("teacher", "unseen")[0].number)
    assert grid.head == ["Node", "Class", "Teacher", "Student", "Plain MLP", "Features"]
    assert grid.rows[0][1:4] == ["b", "b", "c"]
    assert len({row[0] for row in grid.rows}) == len(grid.rows) == 10


def test_errors_of_numbers_are_no_points() -> None:
    table = weak_spot().answered
    off = {name: each * 3.5 for name, each in table.errors.items()}
    found = Disagreement(replace(table, errors=off, answers={}, classes=(), measure="absolute error"))
    assert gap_text(found, 1.5) == "1.50"
    assert gap_text(found, np.nan) == "–"
    assert slices_grid(found, found.of_gap("truth")).head[5] == "Error here"
    assert look_grid(found, 0).head == ["Node", "Teacher, error", "Student, error", "Plain MLP, error", "Features"]
