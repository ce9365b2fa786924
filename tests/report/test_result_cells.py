from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gnn2mlp.pipeline import FitConfig, FitResult, fit
from gnn2mlp.pipeline.latency import LatencyResult
from gnn2mlp.pipeline.run import RunResult
from gnn2mlp.pipeline.searching.leaderboard import Leaderboard
from gnn2mlp.report.result_cells import data_cell, fit_cell, latency_cell, leaderboard_cell, run_cell, trust_cell
from tests.browser import faults, find_axe, opened
from tests.report.conftest import add_knowledge, add_latency, add_student_trust, judge_by
from tests.report.explained import explain_results
from tests.report.test_auto_table import board_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Make = Callable[..., dict[str, Any]]
OUT = Path("runs/mine")


def test_a_run_says_what_was_found_with_tables_and_figures(make_results: Make) -> None:
    html = run_cell(make_results(), OUT)
    assert "On nodes that appeared after training" in html
    assert html.count("<svg") == 2
    assert "runs/mine/report.html" in html
    assert '81.00 <span class="std">± 1.00</span>' in html
    assert RunResult(make_results(), OUT)._repr_html_() == html


def test_the_differences_in_sight_are_those_of_which_the_sentence_speaks(make_results: Make) -> None:
    seen, folded = run_cell(make_results(), OUT).split("<details>")
    table = seen.split("<caption>Student minus another")[1].split("</table>")[0]
    assert table.count('<th scope="row">unseen</th>') == 2
    assert table.count("<th scope=") == 6 + 2
    assert folded.split("<caption>Student minus another")[1].split("</table>")[0].count('<th scope="row">') == 8


def test_a_run_of_one_seed_without_latency_claims_no_spread(make_results: Make) -> None:
    html = run_cell(make_results(seeds=1, inductive=False, latency=False), OUT)
    assert html.count("<svg") == 1
    assert "standard deviation" not in html
    assert "Student minus another" not in html


def test_a_run_is_told_in_its_own_metric(make_results: Make) -> None:
    html = run_cell(judge_by(make_results(latency=False), "mean absolute error", share=False), OUT)
    assert "Mean absolute error" in html
    assert "Accuracy" not in html


def test_a_fit_says_its_verdict_and_folds_the_data_away(fitted: FitResult) -> None:
    html = fit_cell(fitted.results, fitted.out)
    seen, folded = html.split("<details>")
    assert fitted.verdict.split(":")[0] in seen
    assert "Gradient boosting" in seen
    assert "dangling" in folded
    assert html == fitted._repr_html_()


def test_a_dry_run_is_its_data_report(company_tables: dict[str, Any], tmp_path: Path) -> None:
    found = fit(FitConfig(**company_tables, out=tmp_path / "model"), dry_run=True)
    html = found._repr_html_()
    assert html == data_cell(found.results["data"])
    assert "Split by a hash of the id" in html
    for one in found.results["data"]["warnings"]:
        assert one["what"].split("'")[0][1:] in html


def test_a_search_shows_the_best_and_what_they_are_worth() -> None:
    board = board_of()
    html = leaderboard_cell(board)
    assert "Of 4 configurations the best is vqgraph." in html
    assert "within chance of plain GLNN" in html
    made = Leaderboard(board["trials"], board["winner"], board["verdict"], board["facts"])
    assert made._repr_html_() == html


def test_trust_tells_of_teacher_and_student(make_results: Make) -> None:
    html = trust_cell(add_student_trust(add_knowledge(make_results())), OUT)
    assert "AUROC 0.75" in html
    assert "Margin tells best" in html
    assert "trust.html" in html
    assert "answers as its teacher" not in html
    results = add_student_trust(add_knowledge(make_results()))
    results["seeds"][0]["own_margin"] = {"student": {**explain_results()["student"], "population": "seen"}}
    html = trust_cell(results, OUT)
    assert "Confidence and own margin together tell no better" in html
    assert "Where does the student answer as its teacher?" in html


def test_latency_tells_time_and_what_answers_are_worth(make_results: Make) -> None:
    results = add_latency(make_results())
    html = latency_cell(results, OUT)
    assert "20× as fast" in html
    assert "<svg" in html
    assert LatencyResult(results, OUT)._repr_html_() == html


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_a_cell_can_be_read_by_everybody_in_both_themes_of_a_notebook(
    make_results: Make, chromium: "Browser", width: int, dark: bool
) -> None:
    ground, ink = ("#111", "#fff") if dark else ("#fff", "#000")
    head = f'<html lang="en"><title>A notebook</title><body style="background: {ground}; color: {ink}"'
    page = f'<!doctype html>{head} data-jp-theme-light="{str(not dark).lower()}"><main><h1>A notebook</h1>'
    page += f"{run_cell(make_results(), OUT)}</main></body></html>"
    with opened(chromium, page, width=width) as seen:
        seen.page.click("summary")
        assert faults(seen.page, find_axe()) == []
        assert seen.messages == []
        assert seen.page.evaluate("document.documentElement.scrollWidth") <= width
