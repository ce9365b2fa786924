"""The page of a fit of whole graphs."""

import pytest

from gnn2mlp.report import page
from gnn2mlp.report.graph_fit_report import render_graph_fit_report
from tests.report.test_graph_fit_grids import fit_results


@pytest.mark.parametrize("tasks", [True, False])
def test_a_page_is_whole_and_escapes_what_is_a_users(tasks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "inline_svg", lambda figure, key, description: "<svg/>")
    results = fit_results(tasks)
    results["data"]["columns"][0]["name"] = "<script>alert(1)</script>"
    html = render_graph_fit_report(results)
    assert "<script>alert" not in html
    for text in (
        "Distilling pays here.",
        "teacher graph_gin, method glnn, student set_mlp",
        "model.predict_table(nodes, graph=&#34;mol&#34;)",
        "accuracy, Student",
        "all 180 labelled graphs",
        "Test graphs are scored once",
        "Can its confidence be believed?",
    ):
        assert text in html, text
    assert ("task by task" in html) is tasks
    assert "Test links" not in html
