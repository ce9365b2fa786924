"""What a fit of whole graphs shows in a notebook."""

from pathlib import Path

from gnn2mlp.pipeline import GraphFitResult
from gnn2mlp.report.graph_fit_cell import graph_fit_cell
from tests.report.test_graph_fit_grids import fit_results

OUT = Path("model")


def test_a_fit_says_its_verdict_and_folds_data_away() -> None:
    html = graph_fit_cell(fit_results(), OUT)
    seen, folded = html.split("<details>")
    assert "Distilling pays here." in seen
    assert seen.count("<svg") == 1
    assert "Differences in accuracy" in folded
    assert "graphs.csv, id mol" in folded
    for told in ("Only 40 graphs test. Label more graphs.", "all 180 labelled graphs", str(OUT / "report.html")):
        assert told in html
    assert GraphFitResult(fit_results(), OUT)._repr_html_() == html


def test_a_dry_run_shows_what_is_in_the_tables_and_names_are_escaped() -> None:
    results = fit_results()
    results["data"]["columns"][0]["name"] = "<b>x</b>"
    html = GraphFitResult({"data": results["data"]}, None)._repr_html_()
    assert "Split by shares" in html
    assert "<svg" not in html
    assert "<b>x</b>" not in html
