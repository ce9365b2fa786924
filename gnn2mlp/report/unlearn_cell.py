"""What a forgetting shows in a notebook."""

from pathlib import Path

from gnn2mlp.report.cell import Drawn, cell
from gnn2mlp.report.plots_unlearning import plot_attacks
from gnn2mlp.report.results import Results
from gnn2mlp.report.unlearn_report import (
    attack_grid,
    attack_records,
    files_grid,
    names_told,
    score_grid,
    unlearn_grids,
    unlearn_headline,
)


def unlearn_cell(results: Results, out: Path) -> str:
    """A forgetting: the verdict, how far attacks go, and what the models are worth; the files below.

    Args:
        results: what `unlearn` returns and writes to `unlearn.json`.
        out: the folder of the new run, where the page is.
    """
    attacks = list(attack_records(results))
    note = "0.5 tells nothing; what counts is that attacks go as far now as on the model that was trained anew."
    plots = [Drawn(plot_attacks(attacks), "How far attacks go", note)] if attacks else []
    tables = [grid for grid in (attack_grid(results), score_grid(results)) if grid.rows]
    more = [grid for grid in (*unlearn_grids(results), files_grid(results)) if grid not in tables and grid.rows]
    told = [
        *(f"{text}." for text in results["left"]),
        names_told(results),
        f"All of it on one page: {out / 'unlearn.html'}",
    ]
    return cell(unlearn_headline(results), [line for line in told if line], tables, plots, more)
