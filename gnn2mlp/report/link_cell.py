"""What a run that predicts links shows in a notebook."""

from pathlib import Path

from gnn2mlp.report.cell import Drawn, cell
from gnn2mlp.report.link_claims import link_verdict
from gnn2mlp.report.link_grids import link_difference_grid, link_grids, score_grid
from gnn2mlp.report.link_headline import link_headline
from gnn2mlp.report.link_results import METRICS, PAIRS, TOP, WHOLE, by_metric, hits_curves
from gnn2mlp.report.plots import plot_accuracy
from gnn2mlp.report.plots_links import plot_hits
from gnn2mlp.report.results import Results, has_spread


def link_cell(results: Results, out: Path) -> str:
    """A run: what was found, scores and differences, AUC and Hits@20 side by side, and hits over K.

    Args:
        results: what `run` returns and writes to `results.json`.
        out: the folder of the run, where the page is.
    """
    found, verdict = link_headline(results), link_verdict(results)
    lines = [*([found.sentence] if verdict else []), *found.lines, f"All of it on one page: {out / 'report.html'}"]
    tables = [score_grid(results), link_difference_grid(results)]
    more = [grid for grid in link_grids(results) if grid not in tables]
    return cell(verdict or found.sentence, lines, tables, _plots(results, found.subject), more)


def _plots(results: Results, subject: str) -> list[Drawn]:
    spread = " ± and lines: standard deviation over seeds." if has_spread(results) else ""
    shown = [
        Drawn(plot_accuracy(scores, METRICS[metric]), f"{METRICS[metric].title}, %", f"{subject}{spread}")
        for metric in (WHOLE, TOP)
        if (scores := by_metric(results, metric))
    ]
    note = "The share of links above the K-th best pair that is none."
    curves = [
        Drawn(plot_hits(curves), f"Hits@K, {PAIRS.get(population, population)}", note)
        for population, curves in hits_curves(results).items()
    ]
    return [*shown, *curves]
