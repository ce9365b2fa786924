"""What a result shows when it is the last line of a notebook's cell: a sentence, tables, figures, as one piece of HTML.

The piece brings its own style, which follows the theme of Jupyter, VS Code or Colab, and touches nothing outside of it.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from gnn2mlp.core.digest import digest_json
from gnn2mlp.report.grids import Grid
from gnn2mlp.report.page import draw, render


class Drawn(NamedTuple):
    """A figure of a cell, its title and what to look for in it."""

    figure: Figure
    title: str
    note: str


class Table(NamedTuple):
    """A grid as a cell shows it; `left` are columns of text, beside the first."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    left: Sequence[int] = ()


def cell(
    sentence: str = "",
    lines: Sequence[str] = (),
    tables: Sequence[Grid | Table] = (),
    plots: Sequence[Drawn] = (),
    more: Sequence[Grid | Table] = (),
    summary: str = "More tables",
) -> str:
    """The HTML of a cell. Equal content gives equal text; all of it is escaped.

    Args:
        sentence: what was found, first and large.
        lines: what it rests on, last and small.
        tables: those without rows are left out.
        plots: side by side where there is room.
        more: tables that are folded away.
        summary: what one clicks on to see them.

    Example:
        >>> html = cell("The student keeps up.", tables=[Grid("Accuracy, %", ["Nodes", "Student"], [["test", "81.2"]])])
        >>> "The student keeps up." in html, html.count("<table>")
        (True, 1)
    """
    shown, folded = ([_table(grid) for grid in some if grid.rows] for some in (tables, more))
    told = [list(map(str, row)) for grid in (*shown, *folded) for row in grid.rows]
    mark = digest_json([sentence, *lines, told])[:8]  # ids of figures are unique in the page of a whole notebook
    drawn = [draw(plot.figure, f"cell-{mark}-{number}", plot.title, plot.note) for number, plot in enumerate(plots)]
    content = {"sentence": sentence, "lines": lines, "tables": shown, "plots": drawn, "more": folded}
    return render("cell.html.jinja", {**content, "summary": summary})


def _table(grid: Grid | Table) -> Table:
    return grid if isinstance(grid, Table) else Table(grid.title, grid.head, grid.rows)


def told_warnings(data: Mapping[str, Any]) -> list[str]:
    """A sentence for each thing that a data report found, and one for its remedy, if there is one."""
    told = ([one[key] for key in ("what", "remedy") if one[key]] for one in data["warnings"])
    return [" ".join(f"{text[:1].upper()}{text[1:].rstrip('.')}." for text in parts) for parts in told]
