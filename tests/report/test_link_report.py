from pathlib import Path

import pytest

from gnn2mlp.report import write_report
from gnn2mlp.report.link_report import render_link_report
from gnn2mlp.report.run_report import render_report
from gnn2mlp.report.siblings import Page as Beside
from tests.report.links import link_results
from tests.report.test_run_report import Page


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("production", [False, True])
@pytest.mark.parametrize("latency", [False, True])
def test_every_variant_is_a_whole_page(seeds: int, production: bool, latency: bool) -> None:
    page = Page(render_link_report(link_results(seeds, production, latency)))
    assert page.open == []
    # Two scores, a curve for each group of pairs, three histograms, two of training; two differences; a latency.
    expected = 2 + (4 if production else 1) + 3 + 2 + 2 * (seeds > 1) + latency
    assert [tag for tag, _ in page.elements].count("svg") == expected
    assert ("±" in page.text) == (seeds > 1)
    assert ("new-new" in page.text) == production
    assert ("Time per request" in page.text) == latency


def test_the_page_of_a_run_is_that_of_its_task(tmp_path: Path) -> None:
    results = link_results()
    assert render_report(results) == render_link_report(results)
    write_report(results, tmp_path / "report.html")
    assert "Who keeps the top of the ranking?" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_shows_what_the_results_say() -> None:
    text = Page(render_link_report(link_results(), [Beside("map.html", "A map")])).text
    for words in (
        "new-new Student 76.00 ± 0.98 4.00 ± 0.98",
        "overall Hits@20 Teacher −7.0 −7.8 to −6.2 0 of 3",
        "600 pairs that are no links stand against the links of every group of pairs",
        'LinkPredictor.load("runs/links/student")',
        "links of new nodes that inference sees",
        "A map",
        "gnn2mlp run --config FILE",
    ):
        assert words in text, words
    assert "node was" not in text
    assert "train nodes" not in text


def test_parts_that_are_not_there_are_left_out() -> None:
    text = Page(render_link_report(link_results(seeds=1, production=False, latency=False, full=False))).text
    for heading in (
        "Who keeps the top",
        "Is the student better",
        "heuristics reach",
        "told from other pairs",
        "Training",
    ):
        assert heading not in text
    assert "Setting transductive" in text


def test_whatever_the_results_hold_is_escaped() -> None:
    assert "<script>" not in render_link_report(link_results(name="<script>alert(1)</script>"))


def test_equal_results_give_equal_pages() -> None:
    assert render_link_report(link_results()) == render_link_report(link_results())
