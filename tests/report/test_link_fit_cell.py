from pathlib import Path

from gnn2mlp.pipeline.fitting.links.fit import LinkFitResult
from gnn2mlp.report.link_fit_cell import link_fit_cell
from tests.report.test_link_fit_grids import fit_results

OUT = Path("model")


def test_a_fit_says_its_verdict_and_folds_groups_and_data_away() -> None:
    html = link_fit_cell(fit_results(), OUT)
    seen, folded = html.split("<details>")
    assert "Distilling pays here." in seen
    assert seen.count("<svg") == 2
    assert "All: 1,500 test links, %" in seen
    assert "Of two new nodes: 1,500 test links, %" not in seen
    assert "Of two new nodes: 1,500 test links, %" in folded
    assert "All: differences, points" in folded
    assert "dangling" in folded
    for told in ("Few test links: 5 new-new. Give more edges.", "trained on all 1,900 links", str(OUT / "report.html")):
        assert told in html
    assert LinkFitResult(fit_results(), OUT)._repr_html_() == html


def test_a_dry_run_shows_what_is_in_the_tables() -> None:
    html = LinkFitResult({"data": fit_results()["data"]}, None)._repr_html_()
    assert "the newest by since" in html
    assert "dangling" in html
    assert "<svg" not in html


def test_names_of_columns_are_escaped() -> None:
    results = fit_results()
    results["data"]["columns"][0]["name"] = "<b>x</b>"
    assert "<b>x</b>" not in link_fit_cell(results, OUT)
