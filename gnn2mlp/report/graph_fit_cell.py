"""What a fit of whole graphs shows in a notebook."""

from pathlib import Path

from gnn2mlp.report.cell import Drawn, Table, cell, told_warnings
from gnn2mlp.report.graph_fit_grids import (
    Results,
    graph_columns_grid,
    graph_fit_grids,
    graph_labels_grid,
    graph_split_line,
    graph_tables_grid,
)
from gnn2mlp.report.graph_results import TEST
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.plots_intervals import plot_intervals


def graph_fit_cell(results: Results, out: Path | None) -> str:
    """A fit of whole graphs: the verdict, scores and differences with intervals; or, of a dry run, the data report.

    Args:
        results: what `fit` returns and writes to `scores.json`; of a dry run it has the data report alone.
        out: the model directory, where the page is; `None` of a dry run.
    """
    data = results["data"]
    if out is None:
        return cell("", [graph_split_line(data), *told_warnings(data)], _data_tables(data))
    shipped = results.get("shipped", {})
    lines = [graph_split_line(data), *results.get("notes", []), *told_warnings(data)]
    if shipped.get("refit"):
        lines.append(f"What ships was trained on all {shipped['labels']:,} labelled graphs.")
    lines.append(f"All of it on one page: {out / 'report.html'}")
    figure = plot_intervals(results["scores"], results["metric"], (TEST,), "graphs")
    plots = [Drawn(figure, results["metric"]["title"], "Lines: 95 % intervals over test graphs.")]
    first, *others = graph_fit_grids(results)
    return cell(results["verdict"]["sentence"], lines, [first], plots, [*others, *_data_tables(data)])


def _data_tables(data: Results) -> list[Grid | Table]:
    counts, columns = graph_tables_grid(data), graph_columns_grid(data)
    return [
        Table(counts.title, counts.head, counts.rows, left=(2,)),
        graph_labels_grid(data),
        Table(columns.title, columns.head, columns.rows, left=(1, 2)),
    ]
