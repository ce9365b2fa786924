"""The page of a fit of whole graphs: does distilling pay, what is in the tables, how good is what ships."""

import json
from typing import Any

from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.fit_grids import differences_grid, scores_grid, trust_grid
from gnn2mlp.report.fit_page import Results, fit_content, learnt_by, loading
from gnn2mlp.report.graph_fit_grids import (
    classes_grid,
    graph_columns_grid,
    graph_labels_grid,
    graph_split_line,
    graph_tables_grid,
    other_scores_grid,
    tasks_grid,
)
from gnn2mlp.report.graph_results import TEST
from gnn2mlp.report.headline import Tile
from gnn2mlp.report.page import Plot, draw, render
from gnn2mlp.report.plots import plot_reliability
from gnn2mlp.report.plots_intervals import plot_intervals
from gnn2mlp.report.results import Judged


def render_graph_fit_report(results: Results) -> str:
    """The page of a fit of whole graphs as text. Whatever the results hold is escaped: names are a user's."""
    return render("graph_fit.html.jinja", _content(results))


def _content(results: Results) -> dict[str, Any]:
    data, config = results["data"], results["config"]
    scores = [scores_grid(results, [TEST]), differences_grid(results, [TEST]), other_scores_grid(results)]
    return {
        **fit_content(results),
        "subject": f"{', '.join(data['labels']['columns'])} of {data['graphs']['file']}: {learnt_by(config)}.",
        "split": graph_split_line(data),
        "tiles": _tiles(results),
        "plots": _plots(results),
        "scores": [grid for grid in scores if grid.rows],
        "classes": classes_grid(results),
        "tasks": tasks_grid(results),
        "trust": trust_grid(results),
        "reliability": _reliability(results),
        "tables": [graph_tables_grid(data), graph_labels_grid(data)],
        "columns": graph_columns_grid(data),
        "loading": loading(
            results,
            "GraphPredictor",
            f"model.predict_table(nodes, graph={json.dumps(config['id'])})  # a table of nodes: pandas, polars, Arrow",
        ),
        "labels": results.get("shipped", {}).get("labels", 0),
        "promises": results["trust"].get("warnings", []),
    }


def _tiles(results: Results) -> list[Tile]:
    """The judging score of the student, of its teacher, and of the rival that the verdict speaks of."""
    title = results["metric"]["title"]
    tiles = []
    for model in ("student", "teacher", results["verdict"]["rival"]):
        one = results["scores"][model][TEST]
        note = f"{100 * one['low']:.1f} to {100 * one['high']:.1f} on {one['nodes']:,} test graphs"
        tiles.append(Tile(f"{100 * one['value']:.1f} %", f"{title}, {style_of(model).label}", note))
    return tiles


def _plots(results: Results) -> list[Plot]:
    figure = plot_intervals(results["scores"], results["metric"], (TEST,), "graphs")
    note = "Points: scores on test graphs; lines: 95 % intervals over such graphs."
    return [draw(figure, "scores", f"{Judged(results['metric']['title']).heading} of every model", note)]


def _reliability(results: Results) -> list[Plot]:
    """How often the student is right, by how sure it was, before and after scaling."""
    diagrams = results["trust"].get("calibration", {}).get("diagrams", {}).get(TEST)
    if not diagrams:
        return []
    note = "On the dashed line a confidence of 70% means that 70% are right. Lines: 95% intervals."
    titles = {"before": "Before scaling", "after": "After scaling"}
    return [
        draw(plot_reliability({"student": diagrams[when]}), f"reliability-{when}", title, note)
        for when, title in titles.items()
    ]
