"""The results of a run for a terminal."""

from collections.abc import Sequence

from rich.console import Group
from rich.text import Text

from gnn2mlp.explore.formatting import plural
from gnn2mlp.report.agreement import agreement_grid, agreement_line, first_agreement
from gnn2mlp.report.claims import basis
from gnn2mlp.report.graph_grids import graph_grids
from gnn2mlp.report.graph_headline import graph_headline
from gnn2mlp.report.graph_results import is_graph
from gnn2mlp.report.grids import (
    Grid,
    codes_grid,
    forms_grid,
    latency_grid,
    result_grids,
    student_trust_grids,
    throughput_grid,
    trust_grid,
)
from gnn2mlp.report.headline import cost_lines, headline, latency_line, student_trust_line, trust_line
from gnn2mlp.report.link_claims import link_verdict
from gnn2mlp.report.link_grids import link_grids
from gnn2mlp.report.link_headline import link_headline
from gnn2mlp.report.link_results import is_link
from gnn2mlp.report.results import Results, has_spread
from gnn2mlp.report.terminal import TerminalGrid

# A second column of words, by its head.
_WORDED = {"Model": (1,), "Minus": (1,), "Heuristic": (1,)}


def results_table(results: Results) -> Group:
    """Teacher, plain MLP and student by population and their differences, then calibration, seconds and latency.

    Print it with `rich.console.Console().print(...)`; in a notebook it shows itself.

    Args:
        results: what `run` returns and writes to `results.json`.
    """
    if is_link(results):
        return link_table(results)
    if is_graph(results):
        return graph_table(results)
    note = f"± is the standard deviation over {plural(len(results['seeds']), 'seed')}." if has_spread(results) else ""
    found = headline(results)
    lines = [Text(found.sentence, style="bold"), *map(Text, [*found.lines, *([note] if note else [])])]
    parts = (latency_grid(results), trust_grid(results), codes_grid(results))
    grids = [*result_grids(results), *(grid for grid in parts if grid.rows)]
    blank = Text()
    return Group(*lines, *(part for grid in grids for part in (blank, grid_table(grid))))


def link_table(results: Results) -> Group:
    """AUC and Hits@20 in words, by population, then every score, differences, heuristics, latency and seconds."""
    found, verdict = link_headline(results), link_verdict(results)
    note = f"± is the standard deviation over {plural(len(results['seeds']), 'seed')}." if has_spread(results) else ""
    first = [Text(line, style="bold") for line in (verdict or found.sentence,) if line]
    lines = [*([found.sentence] if verdict else []), *found.lines, *([note] if note else [])]
    tables = [
        part for grid in link_grids(results) for part in (Text(), grid_table(grid, _WORDED.get(grid.head[1], ())))
    ]
    return Group(*first, *map(Text, lines), *tables)


def graph_table(results: Results) -> Group:
    """The result in words, then every score of models and baselines, differences, latency and seconds."""
    found = graph_headline(results)
    note = f"± is the standard deviation over {plural(len(results['seeds']), 'seed')}." if has_spread(results) else ""
    tables = [part for grid in graph_grids(results) for part in (Text(), grid_table(grid))]
    lines = [*found.lines, *([note] if note else [])]
    return Group(Text(found.sentence, style="bold"), *map(Text, lines), *tables)


def trust_results_table(results: Results) -> Group:
    """What each score is worth, from what `trust` returns and writes to `trust.json`; print it like `results_table`."""
    found = first_agreement(results)
    told = (trust_line(results), student_trust_line(results), agreement_line(found))
    lines = [Text(line, style="bold") for line in told]
    grids = [trust_grid(results), *student_trust_grids(results), *([agreement_grid(found)] if found else [])]
    tables = [part for grid in grids for part in (Text(), grid_table(grid))]
    return Group(*(line for line in [*lines, Text(basis(results, "seen"))] if line), *tables)


def latency_results_table(results: Results) -> Group:
    """Requests, passes over all nodes and accuracy by model, from what `latency` returns; print as `results_table`."""
    grids = [latency_grid(results), throughput_grid(results), forms_grid(results)]
    lines = [Text(latency_line(results), style="bold"), *map(Text, cost_lines(results))]
    return Group(*lines, *(part for grid in grids for part in (Text(), grid_table(grid))))


def grid_table(grid: Grid, left: Sequence[int] = ()) -> TerminalGrid:
    """A grid for the terminal; the first column, and those of `left`, are of words and aligned to the left."""
    return TerminalGrid(grid, left)
