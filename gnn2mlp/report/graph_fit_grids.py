"""The tables of a fit of whole graphs as plain strings, for the terminal and the page alike."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import listing
from gnn2mlp.explore.formatting import MISSING
from gnn2mlp.report.class_grids import grid_of
from gnn2mlp.report.fit_grids import differences_grid, labels_grid, model_label, scores_grid, trust_grid
from gnn2mlp.report.graph_grids import graph_task_grid
from gnn2mlp.report.graph_results import TEST, judged
from gnn2mlp.report.grids import Grid

Results = Mapping[str, Any]


def graph_fit_grids(results: Results) -> list[Grid]:
    """Scores, differences, other scores, each of several tasks, and trust: those that there are."""
    grids = [
        scores_grid(results, [TEST]),
        differences_grid(results, [TEST]),
        other_scores_grid(results),
        tasks_grid(results),
        trust_grid(results),
    ]
    return [grid for grid in grids if grid.rows]


def other_scores_grid(results: Results) -> Grid:
    """Every metric but the one that judges, in per cent, a row for each model."""
    beside, metric = results["beside"], results["metric"]["name"]
    names = [name for name in beside["student"][TEST] if name != metric]
    rows = [[model_label(model), *(_percent(beside[model][TEST].get(n)) for n in names)] for model in results["scores"]]
    return Grid(
        "Other scores on test graphs, %", ["", *(judged(name).heading for name in names)], rows if names else []
    )


def tasks_grid(results: Results) -> Grid:
    """Of several tasks how well each is told; no row for one task."""
    if "by_task" not in results:
        return Grid("", [], [])
    names = {"task_names": results["data"]["labels"]["columns"]}
    return graph_task_grid({"seeds": [results], "summary": {"scores": results["beside"]}, "graph": names})


def classes_grid(results: Results) -> Grid:
    """Recall and precision on test graphs, class by class; no row where they have no classes."""
    counts = results.get("by_class", {}).get(TEST)
    if counts is None:
        return Grid("", [], [])
    shown = [model for model in ("teacher", "mlp", "student") if model in counts]
    return grid_of(results["class_names"], [counts], shown, TEST, "graphs")


def graph_tables_grid(data: Results) -> Grid:
    """What is in the tables: graphs, nodes, edges."""
    graphs, nodes, edges = data["graphs"], data["nodes"], data["edges"]
    rows = [
        ["graphs", f"{graphs['rows']:,}", f"{graphs['file']}, id {graphs['id']}"],
        ["labelled", f"{graphs['labelled']:,}", f"{100 * graphs['labelled'] / graphs['rows']:.1f} % of the graphs"],
        ["nodes", f"{nodes['rows']:,}", f"{nodes['file']}; {_of_a_graph(nodes)}"],
        ["edges", f"{edges['kept']:,}", f"{edges['file']}; {_of_a_graph(edges)}"],
    ]
    if edges["without"]:
        rows.append(["without edges", f"{edges['without']:,}", "graphs"])
    words = {
        "self_loops": "join a node with itself; left out",
        "duplicates": "repeat another; left out",
        "unequal_codes": "were given twice, with other categories; the first count",
    }
    rows += [[what.replace("_", " "), f"{n:,}", words.get(what, "edges")] for what, n in edges["changed"].items()]
    return Grid("The tables", ["", "", ""], rows)


def graph_columns_grid(data: Results) -> Grid:
    """What became of each column of nodes and edges."""
    rows = [
        [
            one["name"],
            one["of"] or MISSING,
            one["read"],
            f"{one['values']:,}" if one["read"] == "category" else MISSING,
            f"{one['gaps']:,}",
        ]
        for one in data["columns"]
    ]
    return Grid("Columns", ["Column", "Of", "Read as", "Values", "Gaps"], rows)


def graph_labels_grid(data: Results) -> Grid:
    """How many labelled graphs have each class, or answer yes to each task."""
    return labels_grid(data, "graphs")


def graph_split_line(data: Results) -> str:
    """How graphs got their roles, in a line."""
    split = data["split"]
    by = {"own": "the column split", "fraction": "shares of each class", "hash": "a hash"}
    told = [f"{split[part]:,} {what}" for part, what in (("train", "train"), ("valid", "validate"), ("test", "test"))]
    return f"Split by {by.get(split['by'], split['by'])}: {listing(told)}. Test graphs do not exist in training."


def _of_a_graph(counts: Results) -> str:
    one = counts["of_a_graph"]
    return f"{one['least']:,} to {one['most']:,} of a graph, {one['mean']:,.1f} on average"


def _percent(value: float | None) -> str:
    return MISSING if value is None else f"{100 * value:.1f}"
