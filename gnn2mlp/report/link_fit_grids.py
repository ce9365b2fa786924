"""The tables of a fit of links as plain strings, for the terminal and the page alike."""

from collections.abc import Mapping
from typing import Any

from gnn2mlp.core.errors import listing
from gnn2mlp.explore.formatting import MISSING, signed_points
from gnn2mlp.explore.theme import style_of
from gnn2mlp.report.fit_grids import tables_grid
from gnn2mlp.report.grids import Grid

TITLES = {"auc": "ROC-AUC", "hits@20": "Hits@20"}
# Best first where a page names them; what reads the graph stands above what does not.
MODELS = ("student", "mlp", "teacher", "heuristic")

Results = Mapping[str, Any]


def link_score_grids(results: Results) -> list[Grid]:
    """For each group of test links every model's ROC-AUC and Hits@20, side by side, with their intervals."""
    grids = []
    for population, by in results["intervals"].items():
        links = next(iter(next(iter(by.values())).values()))["nodes"]
        rows = [[model_name(model), *_cells(by, model)] for model in MODELS]
        grids.append(Grid(f"{_named(population)}: {links:,} test links, %", ["", *_head()], rows))
    return grids


def link_difference_grids(results: Results) -> list[Grid]:
    """For each group of test links the student against each rival, in both metrics."""
    grids = []
    for population, by in results["differences"].items():
        rows = [
            [model_name(model), *(cell for metric in TITLES for cell in _difference(by.get(metric, {}).get(model)))]
            for model in MODELS[1:]
        ]
        title = f"{_named(population)}: differences, points; above 0 the student is better"
        grids.append(Grid(title, ["Student against", *_head()], rows))
    return grids


def link_tables_grid(data: Results) -> Grid:
    """What is in the tables: rows, edges, degrees."""
    grid = tables_grid({**data, "nodes": {**data["nodes"], "labelled": 0}})
    return grid._replace(rows=[row for row in grid.rows if row[0] != "labelled"])


def pairs_grid(data: Results) -> Grid:
    """How many links, and pairs without one, there are for which purpose."""
    split = data["split"]
    told = {
        "train": "train: messages pass along them",
        "valid": "choose the epoch",
        "test": "are tested",
        "extra": "of two old nodes, known at inference alone",
        "known": "with a new node, known at inference alone",
        "test_negatives": "pairs without a link that test links are compared with",
    }
    rows = [[f"{split[part]:,}", what] for part, what in told.items() if split[part]]
    return Grid("The links", ["Links", ""], rows)


def link_split_line(data: Results) -> str:
    """Which links are to be found, in a line."""
    split, rows = data["split"], data["nodes"]["rows"]
    if split["setting"] == "transductive":
        return (
            f"All {rows:,} nodes are known; {split['test']:,} of their links are tested, and no message passes there."
        )
    by = f"the newest by {split['column']}" if split["by"] == "time" else "chosen by a hash of the id"
    pairs = [f"{count:,} {name}" for name, count in split["pairs"].items() if name != "overall"]
    return f"{split['new']:,} of {rows:,} nodes come after training, {by}; tested are {listing(pairs)} links."


def model_name(model: str) -> str:
    """The name of a model as a table has it."""
    return {"heuristic": "Best heuristic"}.get(model) or style_of(model).label


def _cells(by: Results, model: str) -> list[str]:
    cells = []
    for metric in TITLES:
        one = by.get(metric, {}).get(model)
        found = [MISSING, MISSING]
        if one is not None:
            found = [f"{100 * one['value']:.1f}", f"{100 * one['low']:.1f} to {100 * one['high']:.1f}"]
        cells += found
    return cells


def _difference(one: Results | None) -> list[str]:
    if one is None:
        return [MISSING, MISSING]
    return [signed_points(one["value"]), f"{signed_points(one['low'])} to {signed_points(one['high'])}"]


def _head() -> list[str]:
    return [cell for title in TITLES.values() for cell in (title, "95 % interval")]


def _named(population: str) -> str:
    words = {"overall": "All", "old-old": "Of two old nodes", "old-new": "Of an old and a new node"}
    return words.get(population, "Of two new nodes")
