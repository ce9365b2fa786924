"""The results of a run for a terminal."""

from collections.abc import Sequence

from rich.console import Group
from rich.text import Text

from gnn2mlp.explore.formatting import plural
from gnn2mlp.report.claims import basis
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
from gnn2mlp.report.results import Results, has_spread
from gnn2mlp.report.terminal import TerminalGrid


def results_table(results: Results) -> Group:
    """Teacher, plain MLP and student by population and their differences, then calibration, seconds and latency.

    Print it with `rich.console.Console().print(...)`; in a notebook it shows itself.

    Args:
        results: what `run` returns and writes to `results.json`.
    """
    note = f"± is the standard deviation over {plural(len(results['seeds']), 'seed')}." if has_spread(results) else ""
    found = headline(results)
    lines = [Text(found.sentence, style="bold"), *map(Text, [*found.lines, *([note] if note else [])])]
    parts = (latency_grid(results), trust_grid(results), codes_grid(results))
    grids = [*result_grids(results), *(grid for grid in parts if grid.rows)]
    blank = Text()
    return Group(*lines, *(part for grid in grids for part in (blank, grid_table(grid))))


def trust_results_table(results: Results) -> Group:
    """What each score is worth, from what `trust` returns and writes to `trust.json`; print it like `results_table`."""
    lines = [Text(line, style="bold") for line in (trust_line(results), student_trust_line(results))]
    grids = [trust_grid(results), *student_trust_grids(results)]
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
