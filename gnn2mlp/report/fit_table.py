"""A fit for a terminal: what is in the tables before training, and what came out of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.padding import Padding
from rich.text import Text

from gnn2mlp.report.fit_grids import (
    churn_grid,
    churn_line,
    columns_grid,
    differences_grid,
    labels_grid,
    scores_grid,
    split_line,
    tables_grid,
    trust_grid,
)
from gnn2mlp.report.fit_trust import left_out_sentence, trust_advice
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.table import grid_table

# Words of a reason in a terminal; with more columns than this, those that are read alike share a row.
_REASON, _COLUMNS = 34, 40


def data_table(report: Mapping[str, Any]) -> Group:
    """The data report: counts, labels, what became of each column, how rows are split, and what to look at."""
    grids = [grid_table(tables_grid(report), left=(2,)), grid_table(labels_grid(report)), column_table(report)]
    parts = [part for grid in grids for part in (grid, Text())]
    return Group(*parts, Text(split_line(report)), *warning_lines(report), Text())


def column_table(report: Mapping[str, Any]) -> Any:
    """What became of each column. What it holds follows from how it is read, and a terminal is narrow."""
    many = len(report["columns"]) > _COLUMNS
    columns = columns_grid({**report, "columns": _together(report["columns"])} if many else report)
    rows = [[row[0], row[2], row[3], row[4], _cut(row[5])] for row in columns.rows]
    return grid_table(Grid(columns.title, ["Column", "Read as", "Features", "Gaps", "Why"], rows), left=(4,))


def _together(columns: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Columns that are read alike and for the same reason as one, by the name of the first."""
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for column in columns:
        groups.setdefault((column["encoder"], column["reason"]), []).append(column)
    sums = ({key: sum(column[key] for column in alike) for key in ("width", "gaps")} for alike in groups.values())
    return [
        {**alike[0], **total, "name": f"{alike[0]['name']} and {len(alike) - 1:,} more"} if alike[1:] else {**alike[0]}
        for alike, total in zip(groups.values(), sums, strict=True)
    ]


def fit_table(results: Mapping[str, Any]) -> Group:
    """The verdict, then scores and differences with intervals, and calibration."""
    grids = [scores_grid(results), differences_grid(results), churn_grid(results), trust_grid(results)]
    parts = [part for grid in grids if grid.rows for part in (Text(), grid_table(grid))]
    shipped = results.get("shipped", {})
    trained = f"What ships was trained on all {shipped['labels']:,} labels." if shipped.get("refit") else ""
    onnx = results.get("onnx", "")
    trust = results["trust"]
    foreign = left_out_sentence(results["left_out"]) if results.get("left_out") else ""
    trainings = [*results.get("notes", []), results.get("warm_start", ""), churn_line(results)]
    searched = _searched(results.get("search"))
    told = [*trainings, *searched, *trust_advice(trust)[:1], *trust.get("warnings", []), foreign, trained]
    notes = [note for note in (*told, f"ONNX: {onnx}" if onnx.startswith("not") else "") if note]
    return Group(Text(results["verdict"]["sentence"], style="bold"), *parts, *map(Text, notes))


def _searched(found: Mapping[str, Any] | None) -> list[str]:
    """How the settings were found, if they were searched for."""
    return [f"Search: {found['sentence']}", *found["warnings"]] if found else []


def warning_lines(report: Mapping[str, Any]) -> list[Any]:
    """What to look at, each with its remedy."""
    found: list[Any] = []
    for one in report["warnings"]:
        found.append(Padding(Text(f"! {one['what']}", style="bold"), (1, 0, 0, 0)))
        if one["remedy"]:
            found.append(Padding(Text(one["remedy"]), (0, 0, 0, 2)))
    return found


def _cut(text: str) -> str:
    return text if len(text) <= _REASON else f"{text[: _REASON - 1]}…"
