"""What a run that predicts whole graphs shows in a notebook."""

from pathlib import Path

from gnn2mlp.report.cell import Drawn, cell
from gnn2mlp.report.graph_grids import graph_difference_grid, graph_grids, graph_score_grid
from gnn2mlp.report.graph_headline import graph_headline
from gnn2mlp.report.graph_results import judged, scores_by_metric
from gnn2mlp.report.plots import plot_accuracy
from gnn2mlp.report.results import Results, has_spread


def graph_cell(results: Results, out: Path) -> str:
    """A run: what was found, scores of models and baselines, differences.

    Args:
        results: what `run` returns and writes to `results.json`.
        out: the folder of the run, where the page is.
    """
    found = graph_headline(results)
    spread = " Lines: standard deviation over seeds." if has_spread(results) else ""
    plots = [
        Drawn(plot_accuracy(scores, judged(metric)), f"{judged(metric).heading}, %", f"{found.subject}{spread}")
        for metric, scores in scores_by_metric(results).items()
    ]
    tables = [graph_score_grid(results), graph_difference_grid(results)]
    more = [grid for grid in graph_grids(results) if grid not in tables]
    return cell(found.sentence, [*found.lines, f"All of it on one page: {out / 'report.html'}"], tables, plots, more)
