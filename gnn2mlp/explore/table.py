"""The results of a run for a terminal of 80 columns."""

from rich.box import SIMPLE_HEAD
from rich.console import Group
from rich.table import Table
from rich.text import Text

from gnn2mlp.explore.grids import Grid, result_grids
from gnn2mlp.explore.headline import headline
from gnn2mlp.explore.numbers import plural
from gnn2mlp.explore.reading import Results, has_spread


def results_table(results: Results) -> Group:
    """Teacher, plain MLP and student by population, then calibration, seconds and latency.

    Print it with `rich.console.Console().print(...)`; in a notebook it shows itself.

    Args:
        results: what `run` returns and writes to `results.json`.
    """
    note = f"± is the standard deviation over {plural(len(results['seeds']), 'seed')}." if has_spread(results) else ""
    lines = [Text(f"{headline(results).sentence} {note}".rstrip(), style="bold")]
    blank = Text()
    return Group(*lines, *(part for grid in result_grids(results) for part in (blank, _table(grid))))


def _table(grid: Grid) -> Table:
    # Text and not str: a name in square brackets is no markup.
    table = Table(
        title=Text(grid.title, style="bold"), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, show_edge=False
    )
    for index, head in enumerate(grid.head):
        table.add_column(Text(head), justify="right" if index else "left", no_wrap=True)
    for row in grid.rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
