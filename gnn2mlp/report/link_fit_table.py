"""A fit of links for a terminal: what is in the tables before training, and what came out of it."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group
from rich.text import Text

from gnn2mlp.report.fit_table import column_table, warning_lines
from gnn2mlp.report.link_fit_grids import (
    link_difference_grids,
    link_score_grids,
    link_split_line,
    link_tables_grid,
    pairs_grid,
)
from gnn2mlp.report.table import grid_table


def link_data_table(report: Mapping[str, Any]) -> Group:
    """The data report: counts, links, what became of each column, what is tested, and what to look at."""
    grids = [
        grid_table(link_tables_grid(report), left=(2,)),
        grid_table(pairs_grid(report), left=(1,)),
        column_table(report),
    ]
    parts = [part for grid in grids for part in (grid, Text())]
    return Group(*parts, Text(link_split_line(report)), *warning_lines(report), Text())


def link_fit_table(results: Mapping[str, Any]) -> Group:
    """The verdict, then scores and differences with intervals, group by group."""
    grids = [*link_score_grids(results), *link_difference_grids(results)]
    parts = [part for grid in grids for part in (Text(), grid_table(grid))]
    shipped, onnx = results.get("shipped", {}), results.get("onnx", "")
    told = [*results.get("notes", [])]
    if shipped.get("refit"):
        told.append(f"What ships was trained on all {shipped['links']:,} links.")
    if onnx.startswith("not"):
        told.append(f"ONNX: {onnx}")
    return Group(Text(results["verdict"]["sentence"], style="bold"), *parts, *map(Text, told))
