"""The page of a fit of whole graphs: does distilling pay, what is in the tables, how good is what ships."""

import json
from pathlib import PurePath
from typing import Any

from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.fit_grids import differences_grid, scores_grid, trust_grid
from gnn2mlp.report.graph_fit_grids import (
    Results,
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
from gnn2mlp.report.page import Plot, draw, environment_facts, plain_yaml, render
from gnn2mlp.report.plots import plot_reliability, plot_training
from gnn2mlp.report.plots_intervals import plot_intervals
from gnn2mlp.report.results import Judged


def render_graph_fit_report(results: Results) -> str:
    """The page of a fit of whole graphs as text. Whatever the results hold is escaped: names are a user's."""
    return render("graph_fit.html.jinja", _content(results))


def _content(results: Results) -> dict[str, Any]:
    data, config = results["data"], results["config"]
    scores = [scores_grid(results, [TEST]), differences_grid(results, [TEST]), other_scores_grid(results)]
    return {
        "date": results.get("date", ""),
        "sentence": results["verdict"]["sentence"],
        "subject": f"{', '.join(data['labels']['columns'])} of {data['graphs']['file']}: teacher "
        f"{config['teacher']['name']}, method {config['method']['name']}, student {config['student']['name']}.",
        "split": graph_split_line(data),
        "tiles": _tiles(results),
        "plots": _plots(results),
        "scores": [grid for grid in scores if grid.rows],
        "classes": classes_grid(results),
        "tasks": tasks_grid(results),
        "trust": trust_grid(results),
        "reliability": _reliability(results),
        "warnings": data["warnings"],
        "tables": [graph_tables_grid(data), graph_labels_grid(data)],
        "columns": graph_columns_grid(data),
        "loading": _loading(results, config["id"]),
        "training": _training(results),
        "refit": results.get("shipped", {}).get("refit", False),
        "labels": results.get("shipped", {}).get("labels", 0),
        "onnx": results.get("onnx", ""),
        "notes": results.get("notes", []),
        "promises": results["trust"].get("warnings", []),
        "citations": results.get("citations") or {},
        "environment": environment_facts(results),
        "config": plain_yaml(config),
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


def _training(results: Results) -> list[Plot]:
    found = {model: [history] for model, history in results["history"].items()}
    if not found:
        return []
    metric = results["metric"]
    judged = Judged(metric["title"], metric["share"], metric["greater_is_better"])
    note = "A dot marks the epoch that was kept."
    return [draw(plot_training(found, "valid", judged), "valid", f"Validation {metric['title']} in training", note)]


def _loading(results: Results, id_column: str) -> str:
    """Lines that load the model and ask it."""
    path = results.get("shipped", {}).get("path")
    if not path:
        return ""
    return "\n".join(
        [
            "from gnn2mlp.deploy import GraphPredictor",
            f"model = GraphPredictor.load({json.dumps(PurePath(path).as_posix())})",
            f"model.predict_table(nodes, graph={json.dumps(id_column)})  # a table of nodes: pandas, polars, Arrow",
        ]
    )
