"""The report of a run that predicts whole graphs: one HTML page that needs nothing beside itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from gnn2mlp.explore.formatting import percent
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.class_grids import balance_grid, class_grid
from gnn2mlp.report.graph_grids import (
    graph_difference_grid,
    graph_score_grid,
    graph_seeds_grid,
    graph_task_grid,
    graph_throughput_grid,
    request_grid,
)
from gnn2mlp.report.graph_headline import graph_headline
from gnn2mlp.report.graph_results import compared_graphs, headline_metrics, judged, scores_by_metric
from gnn2mlp.report.grids import seconds_grid
from gnn2mlp.report.page import Plot, draw, provenance, render
from gnn2mlp.report.plots import plot_accuracy, plot_latency, plot_reliability
from gnn2mlp.report.plots_differences import drawn, plot_differences
from gnn2mlp.report.results import Results, has_spread, latency_rows, reliability
from gnn2mlp.report.siblings import Page
from gnn2mlp.report.training_plots import training_plots
from gnn2mlp.report.using import graph_load_lines, size_facts


def render_graph_report(results: Results, pages: Sequence[Page] = ()) -> str:
    """The page as text. Whatever the results hold is escaped: names of data sets are a user's.

    Args:
        results: of the run; parts that are absent are left out of the page.
        pages: that lie beside it, to be linked.
    """
    return render("graphs.html.jinja", {"pages_beside": pages, **_content(results)})


def _content(results: Results) -> dict[str, Any]:
    return {
        "date": results.get("date", ""),
        "headline": graph_headline(results),
        "spread": has_spread(results),
        "scores": graph_score_grid(results),
        "score_plots": _score_plots(results),
        "differences": graph_difference_grid(results),
        "difference_plots": _difference_plots(results),
        "classes": class_grid(results, "graphs"),
        "tasks": graph_task_grid(results),
        "loading": graph_load_lines(results),
        "sizes": size_facts(results),
        "latency": {"grid": request_grid(results), "plots": _latency_plots(results)},
        "training": training_plots(results),
        "reliability": _reliability_plots(results),
        "data_facts": _data_facts(results),
        "balance": balance_grid(results, "graphs"),
        "details": [grid for grid in (graph_throughput_grid(results), seconds_grid(results)) if grid.rows],
        "by_seed": graph_seeds_grid(results),
        "shipped": results.get("student") or {},
        **provenance(results),
    }


def _data_facts(results: Results) -> dict[str, str]:
    """Sizes of the set, label -> text."""
    graph = results.get("graph") or {}
    names = ("graphs", "nodes", "edges", "nodes of a graph", "edges of a graph", "node codes", "edge codes", "features")
    return {
        name: f"{graph[name]:,}" if isinstance(graph[name], int) else graph[name] for name in names if name in graph
    }


def _score_plots(results: Results) -> list[Plot]:
    spread = " Dots: mean over seeds; lines: standard deviation." if has_spread(results) else ""
    note = f"Test graphs. Size and bag of labels read no edge and are no network.{spread}"
    return [
        draw(plot_accuracy(scores, judged(metric)), f"score-{metric}", judged(metric).heading, note)
        for metric, scores in scores_by_metric(results).items()
    ]


def _difference_plots(results: Results) -> list[Plot]:
    """The student minus each rival with 95 % intervals, a panel for each metric."""
    panels = {
        judged(metric).heading: drawn(
            (style_of(one.rival).label, one.found) for one in compared_graphs(results, metric)
        )
        for metric in headline_metrics(results)
    }
    if not any(panels.values()):
        return []
    note = "Points with 95% intervals, paired by seed; filled where the interval leaves out 0."
    return [draw(plot_differences(panels, "the model that is named"), "minus", "Student minus others", note)]


def _latency_plots(results: Results) -> list[Plot]:
    rows: list[Mapping[str, Any]] = [{**row, "nodes": row["graphs"]} for row in latency_rows(results)]
    note = (
        "Dots: median time until graphs in memory are answered, on a logarithmic scale; lines reach to the 95th "
        "percentile. The teacher reads nodes and edges, the student nodes alone."
    )
    return [draw(plot_latency(rows, "graph"), "latency", "Time per request", note)] if rows else []


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
