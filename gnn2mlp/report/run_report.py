"""The report of a run: one HTML page that needs nothing beside itself, not even a network."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gnn2mlp.core.files import write_text
from gnn2mlp.evaluate import POPULATIONS
from gnn2mlp.evaluate.calibration import BINS
from gnn2mlp.explore.formatting import percent
from gnn2mlp.explore.plots_trust import plot_accuracy_by_score
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.class_grids import balance_grid, class_grid
from gnn2mlp.report.data_facts import data_facts
from gnn2mlp.report.graph_report import render_graph_report
from gnn2mlp.report.graph_results import is_graph
from gnn2mlp.report.grids import (
    accuracy_grid,
    calibration_grid,
    churn_grid,
    codes_grid,
    difference_grid,
    latency_grid,
    seconds_grid,
    seeds_grid,
    text_grid,
    trust_grid,
)
from gnn2mlp.report.headline import headline
from gnn2mlp.report.latency_report import request_plots, tradeoff_plots
from gnn2mlp.report.link_report import render_link_report
from gnn2mlp.report.link_results import is_link
from gnn2mlp.report.page import Plot, draw, provenance, render
from gnn2mlp.report.plots import plot_accuracy, plot_reliability
from gnn2mlp.report.plots_ranks import plot_code_ranks
from gnn2mlp.report.published_grid import published_grid, published_note
from gnn2mlp.report.results import (
    Results,
    code_ranks,
    has_spread,
    judged_by,
    models,
    needs_graph,
    populations,
    reliability,
    trust_bins,
)
from gnn2mlp.report.siblings import Page, pages_in
from gnn2mlp.report.training_plots import training_plots
from gnn2mlp.report.using import load_lines, size_facts
from gnn2mlp.report.verdict import verdict


def write_report(results: Results, path: Path) -> None:
    """Write the page of a run, with links to the pages that lie beside it.

    Args:
        results: what `run` returns and writes to `results.json`; parts that are absent are left out of the page.
        path: of the HTML file.

    Raises:
        ArtefactError: if the file cannot be written.
    """
    write_text(path, render_report(results, pages_in(path.parent)))


def render_report(results: Results, pages: Sequence[Page] = ()) -> str:
    """The page of a run as text. Whatever the results hold is escaped: names of data sets are a user's.

    Args:
        results: of the run.
        pages: that lie beside it, to be linked.
    """
    if is_link(results):
        return render_link_report(results, pages)
    if is_graph(results):
        return render_graph_report(results, pages)
    return render("report.html.jinja", {"pages_beside": pages, **_content(results)})


def _content(results: Results) -> dict[str, Any]:
    kind = results.get("graph", {}).get("kind", "graph")
    return {
        "date": results.get("date", ""),
        "verdict": verdict(results),
        "headline": headline(results),
        "setting": results["config"].get("setting", "transductive"),
        "kind": kind,
        "links": {"graph": "edges", "hypergraph": "hyperedges"}[kind],
        "spread": has_spread(results),
        "bins": BINS,
        "judged": judged_by(results),
        "accuracy": accuracy_grid(results),
        "texts": text_grid(results),
        "differences": difference_grid(results),
        "details": [g for g in (churn_grid(results), calibration_grid(results), seconds_grid(results)) if g.rows],
        "by_seed": seeds_grid(results),
        "classes": class_grid(results),
        "published": published_grid(results),
        "published_note": published_note(results),
        "loading": load_lines(results),
        "sizes": size_facts(results),
        "data_facts": data_facts(results),
        "balance": balance_grid(results),
        "scores": [*_score_plots(results), *tradeoff_plots(results)],
        "latency": {"grid": latency_grid(results), "plots": request_plots(results)},
        "training": training_plots(results),
        "reliability": _reliability_plots(results),
        "populations": {name: POPULATIONS.get(name, "") for name in populations(results)},
        "codes": {"grid": codes_grid(results), "plots": _code_plots(results)},
        "trust": {"grid": trust_grid(results), "plots": _trust_plots(results)},
        "shipped": results.get("student") or {},
        "needs_graph": needs_graph(results),
        **provenance(results),
    }


def _code_plots(results: Results) -> list[Plot]:
    if not (ranks := code_ranks(results)):
        return []
    note = "Codes from the most used to the least, mean over seeds; codes on the floor of the axis have no node."
    return [draw(plot_code_ranks(ranks), "codes", "Nodes per code", note)]


def _trust_plots(results: Results) -> list[Plot]:
    if not (found := trust_bins(results, ("reliability", "confidence", "margin"))):
        return []
    note = "Test nodes that the teacher saw, of all seeds, in ten equal parts by each score."
    return [draw(plot_accuracy_by_score(found), "trust", "Accuracy of the teacher by score", note)]


def _score_plots(results: Results) -> list[Plot]:
    spread = " Dots: mean over seeds; lines: standard deviation." if has_spread(results) else ""
    judged = judged_by(results)
    figure = plot_accuracy({model: results["summary"][model] for model in models(results)}, judged)
    note = f"{judged.heading}{' in per cent' * judged.share} on each group of nodes.{spread}"
    return [draw(figure, "accuracy", judged.heading, note)]


def _reliability_plots(results: Results) -> list[Plot]:
    ece = results["summary"].get("ece", {})
    plots = []
    for model, diagram in reliability(results).items():
        error = ece.get(model, {}).get("test")
        # No-break spaces keep the number in one piece.
        value = percent(error, has_spread(results)).replace(" ", "\N{NO-BREAK SPACE}")
        note = f"Expected calibration error {value}%." if error else ""
        plots.append(draw(plot_reliability({model: diagram}), f"reliability-{model}", style_of(model).label, note))
    return plots
