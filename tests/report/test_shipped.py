from collections.abc import Callable
from typing import Any

from gnn2mlp.report.headline import headline
from gnn2mlp.report.run_report import render_report
from gnn2mlp.report.shipped import environments_line, shipped_line

Make = Callable[..., dict[str, Any]]


def test_a_run_for_scores_says_so(make_results: Make) -> None:
    results = make_results()
    assert shipped_line(results) == ""
    results["student"] |= {"labels": 140, "known": 2485}
    line = shipped_line(results)
    assert line.startswith("This run is for scores: the student in student/ is that of seed 1 and learnt from 140 of")
    assert line in headline(results).lines
    assert "the best on its validation nodes" in render_report(results)


def test_a_refit_names_labels_epochs_and_what_estimates_it(make_results: Make) -> None:
    results = make_results()
    refit = {"labels": 2485, "epochs": {"teacher": 31, "student": 57}, "seeds": [0, 1], "seed": 1}
    results["student"] |= {"labels": 2485, "known": 2485, "refit": refit}
    assert shipped_line(results) == (
        "The student in student/ learnt from all 2,485 labels, for 57 epochs (teacher 31) as validation chose in "
        "2 seeds; it has no test score of its own: those of the seeds estimate it."
    )
    del refit["epochs"]["teacher"]
    assert "for 57 epochs as validation chose" in shipped_line(results)
    assert "the best on its validation nodes" not in render_report(results)


def test_several_environments_are_told(make_results: Make) -> None:
    results = make_results()
    assert environments_line({**results, "environments": [{}]}) == environments_line(results) == ""
    results["environments"] = [{"processor": "a"}, {"processor": "b"}]
    assert environments_line(results) == "Figures were measured in 2 environments; results.json says which in which."
    assert environments_line(results) in headline(results).lines
