"""A fit of whole graphs for a terminal: what is in the tables before training, and what came out of it."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.text import Text

from gnn2mlp.report.fit_table import warning_lines
from gnn2mlp.report.graph_fit_grids import (
    graph_columns_grid,
    graph_fit_grids,
    graph_labels_grid,
    graph_split_line,
    graph_tables_grid,
)
from gnn2mlp.report.table import grid_table


def graph_data_table(report: Mapping[str, Any]) -> Group:
    """The data report: counts, labels, what became of each column, how graphs are split, and what to look at."""
    grids = [
        grid_table(graph_tables_grid(report), left=(2,)),
        grid_table(graph_labels_grid(report)),
        grid_table(graph_columns_grid(report), left=(1, 2)),
    ]
    parts = [part for grid in grids for part in (grid, Text())]
    return Group(*parts, Text(graph_split_line(report)), *warning_lines(report), Text())


def graph_fit_table(results: Mapping[str, Any]) -> Group:
    """The verdict, then scores and differences with intervals, other scores, and calibration."""
    parts = [part for grid in graph_fit_grids(results) for part in (Text(), grid_table(grid))]
    shipped, onnx = results.get("shipped", {}), results.get("onnx", "")
    told = [*results.get("notes", []), *results["trust"].get("warnings", [])]
    if shipped.get("refit"):
        told.append(f"What ships was trained on all {shipped['labels']:,} labelled graphs.")
    if onnx.startswith("not"):
        told.append(f"ONNX: {onnx}")
    return Group(Text(results["verdict"]["sentence"], style="bold"), *parts, *map(Text, told))
