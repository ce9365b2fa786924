from collections.abc import Callable
from typing import Any

from gnn2mlp.report.published_grid import published_grid, published_note

Make = Callable[..., dict[str, Any]]


def test_scores_stand_beside_reported_ones(make_results: Make):
    grid = published_grid(make_results())
    # GLNN's production table: the student 73.82 ± 1.93 on unseen nodes of Cora, here 70 ± 3.
    assert ["unseen", "Student", "70.00 ± 3.00", "73.82 ± 1.93", "−3.8"] in grid.rows
    assert {row[0] for row in grid.rows} == {"seen", "unseen"}
    note = published_note(make_results())
    assert note.startswith("Reported: Zhang et al., GLNN, ICLR 2022")
    assert "Here: 2 seeds." in note
    assert "teacher there" not in note


def test_another_teacher_is_told(make_results: Make):
    results = make_results()
    results["config"]["teacher"] = {"name": "vq", "encoder": {"name": "gat"}}
    assert "The teacher there is sage, here it is gat." in published_note(results)


def test_nothing_is_reported_of_data_of_ones_own(make_results: Make):
    results = make_results(name="own")
    assert published_grid(results).rows == []
    assert published_note(results) == ""
