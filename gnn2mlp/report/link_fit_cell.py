"""What a fit of links shows in a notebook."""

from pathlib import Path

from gnn2mlp.report.cell import Drawn, Table, cell, told_warnings
from gnn2mlp.report.fit_grids import columns_grid
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.link_fit_grids import (
    TITLES,
    Results,
    link_difference_grids,
    link_score_grids,
    link_split_line,
    link_tables_grid,
    pairs_grid,
)
from gnn2mlp.report.plots_link_fit import link_fit_figures


def link_fit_cell(results: Results, out: Path | None) -> str:
    """A fit of links: the verdict, scores and differences with intervals; or, of a dry run, the data report.

    Args:
        results: what `fit` returns and writes to `scores.json`; of a dry run it has the data report alone.
        out: the model directory, where the page is; `None` of a dry run.
    """
    data = results["data"]
    if out is None:
        return cell("", [link_split_line(data), *told_warnings(data)], _data_tables(data))
    shipped = results.get("shipped", {})
    lines = [link_split_line(data), *results.get("notes", []), *told_warnings(data)]
    if shipped.get("refit"):
        lines.append(f"What ships was trained on all {shipped['links']:,} links.")
    lines.append(f"All of it on one page: {out / 'report.html'}")
    tables: list[Grid | Table] = [*link_score_grids(results), *link_difference_grids(results)]
    note = "Lines: 95 % intervals over test links."
    plots = [Drawn(figure, TITLES[metric], note) for metric, figure in link_fit_figures(results)]
    return cell(results["verdict"]["sentence"], lines, tables[:1], plots, [*tables[1:], *_data_tables(data)])


def _data_tables(data: Results) -> list[Grid | Table]:
    counts, pairs, columns = link_tables_grid(data), pairs_grid(data), columns_grid(data)
    return [
        Table(counts.title, counts.head, counts.rows, left=(2,)),
        Table(pairs.title, pairs.head, pairs.rows, left=(1,)),
        Table(columns.title, columns.head, columns.rows, left=(1, 2, 5)),
    ]
