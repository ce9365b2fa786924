import html
from typing import Any

from gnn2mlp.pipeline import FitResult
from gnn2mlp.report.fit_report import render_fit_report


def test_the_page_says_what_was_found(fitted: FitResult) -> None:
    page = render_fit_report(fitted.results)
    assert "What is in the tables?" in page
    assert "Gradient boosting" in page
    assert page.count("<svg") == 7
    assert fitted.results["trust"]["advice"]["unseen"] in html.unescape(page)
    assert "http-equiv" not in page
    assert "<script" not in page


def test_what_a_user_wrote_is_escaped(fitted: FitResult) -> None:
    data: dict[str, Any] = fitted.results["data"]
    columns = [{**data["columns"][0], "name": "<b>x</b>"}]
    page = render_fit_report({**fitted.results, "data": {**data, "columns": columns}})
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>x</b>" not in page


def test_what_a_reader_should_know_of_a_training_is_told(fitted: FitResult) -> None:
    note = "teacher: epoch 3 of at most 200 was kept"
    assert note not in render_fit_report(fitted.results)
    assert note in render_fit_report({**fitted.results, "notes": [note]})


def test_without_calibration_its_part_is_left_out(fitted: FitResult) -> None:
    page = render_fit_report({**fitted.results, "trust": {}, "importance": []})
    assert "Can it be believed?" not in page
    assert "What do the columns tell?" not in page


def test_foreign_rows_are_told_of_where_they_were_measured(fitted: FitResult) -> None:
    assert "Rows unlike all of training" not in render_fit_report(fitted.results)
    found = {"label": "red", "foreign": 40, "known": 50, "auroc": {"energy": 0.8}, "seconds": 1.0}
    page = render_fit_report({**fitted.results, "left_out": found})
    assert "AUROC of 0.80 by outlier_score" in page
