from pathlib import Path
from typing import Any

import pytest

from gnn2mlp.explainers import FastDnX
from gnn2mlp.report.explain_report import (
    explain_grids,
    headline,
    inputs_grid,
    nodes_grid,
    router_grid,
    student_line,
    write_explain_report,
)
from tests.explainers.surrogates import explained
from tests.report.explained import explain_results
from tests.report.test_run_report import Page


@pytest.fixture
def results() -> dict[str, Any]:
    """What `explain` may have found."""
    return explain_results()


def test_a_whole_page(results: dict[str, Any], tmp_path: Path) -> None:
    graph, surrogate = explained()
    answers = graph.labels.numpy()
    write_explain_report(results, FastDnX().explain(surrogate, [3]), graph, answers, tmp_path / "explain.html")
    page = Page((tmp_path / "explain.html").read_text(encoding="utf-8"))
    assert page.open == []
    assert [tag for tag, _ in page.elements].count("svg") == 4
    for words in (
        "x <i>",
        "tiny <b>",
        "b & c",
        "97.0 % of nodes held out",
        "no neighbour",
        "<word>",
        "a row of zeros",
        *_TOLD,
    ):
        assert words in page.text.replace("\u00a0", " ")
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


_TOLD = ("gnn2mlp explain --config", "The router reads the own margin.", "here up to 0.0012")


def test_without_a_student_nothing_is_said_of_one(results: dict[str, Any], tmp_path: Path) -> None:
    graph, surrogate = explained()
    del results["student"], results["nodes"][0]["student"]
    write_explain_report(
        results, FastDnX().explain(surrogate, [3]), graph, graph.labels.numpy(), tmp_path / "explain.html"
    )
    page = Page((tmp_path / "explain.html").read_text(encoding="utf-8"))
    assert not any(words in page.text for words in ("Where the student will differ", "The student's answers"))
    assert student_line(results) == ""
    assert inputs_grid(results).rows == []


def test_the_student_s_answers_are_told_with_their_parts(results: dict[str, Any]) -> None:
    assert inputs_grid(results).rows == [["x <i>", "a", "no", "0.50", "−0.50", "<word> (−0.50)"]]


def test_the_headline_says_what_chance_allows(results: dict[str, Any]) -> None:
    assert headline(results) == (
        "The 10 nodes named first suffice for 94 % (89 to 99) of the teacher's answers; as many random ones for 80 % "
        "(75 to 85)."
    )
    results["faithfulness"][1]["sufficiency_gain"] = [-0.01, 0.1]
    assert headline(results).endswith("(75 to 85), which is within chance.")
    results["explainer"]["name"] = "random"
    assert headline(results) == "The 10 nodes named first suffice for 80 % (75 to 85) of the teacher's answers."
    results["surrogate"]["agreement"] = 0.5
    assert "its explanations are of another model" in headline(results)


def test_tables_without_rows_are_left_out(results: dict[str, Any]) -> None:
    assert [len(grid.rows) for grid in explain_grids(results)] == [4, 1, 3, 3]
    assert router_grid(results).rows[2] == ["Cascade by the router", "80.0", "95.0"]
    results["student"]["router"]["helps"] = False
    assert [row[0] for row in router_grid(results).rows] == ["Student alone", "Cascade by confidence"]
    results["motifs"] = []
    del results["student"]
    assert len(explain_grids(results)) == 1


def test_a_node_is_told_with_its_parts(results: dict[str, Any]) -> None:
    assert nodes_grid(results).rows == [["x <i>", "b & c", "−0.25", "1.50", "7, x <i>", "word (−0.50)"]]
