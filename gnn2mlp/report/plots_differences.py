"""What models gain over one of them, with intervals: a line for each, in a panel for each data set."""

from collections.abc import Iterable, Mapping, Sequence
from math import isnan
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate import Paired
from gnn2mlp.explore.drawing import SIZE, TEXT, clean_axes
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.formatting import signed_points
from gnn2mlp.explore.theme import GRID, INK, MODEL_STYLES, MUTED, PAPER, plain_text

# Letters of a model's name that a picture has room for.
_LONGEST = 32
# Inches beside such a name, of a letter of it, and at most in all; letters for each inch, of the name and of what is
# written above a panel together.
_BESIDE, _LETTER, _WIDEST, _LETTERS = 3.4, 0.08, 5.2, 12


class Difference(NamedTuple):
    """One model minus another.

    Args:
        model: its name.
        value: the difference, in points.
        low: lower end of its interval; NaN where there is none.
        high: upper end.
    """

    model: str
    value: float
    low: float
    high: float


def drawn(rivals: Iterable[tuple[str, Paired]]) -> list[Difference]:
    """What was found against each rival, in points; without those of which nothing can be told of chance.

    No difference of shares exceeds 100 points; see `points_interval`.

    Args:
        rivals: the name of each, and what was found of it.
    """
    return [
        Difference(name, 100 * one.difference, 100 * max(-1.0, one.low), 100 * min(1.0, one.high))
        for name, one in rivals
        if one.has_interval
    ]


def plot_differences(by_panel: Mapping[str, Sequence[Difference]], over: str) -> Figure:
    """Points and intervals; a mark is filled where its interval leaves out 0.

    Args:
        by_panel: differences by what is written above a panel; the panels share their axis.
        over: whom the models are compared with, which is the line at 0.

    Raises:
        DataError: if there is no difference to draw.

    Example:
        >>> found = [Difference("glnn (gcn)", 8.9, 2.1, 15.7), Difference("gcn", 8.8, -4.7, 22.2)]
        >>> plot_differences({"digits, unseen nodes": found}, over="mlp").axes[0].get_xlabel()
        'points above mlp'
    """
    panels = {name: rows for name, rows in by_panel.items() if rows}
    if not panels:
        raise DataError("plot_differences: expected at least one difference to draw, got none")
    names = max(min(_LONGEST, len(row.model)) for rows in panels.values() for row in rows)
    heights = [len(rows) + 1 for rows in panels.values()]
    width = min(_WIDEST, max(SIZE[0], _BESIDE + _LETTER * names))
    figure = ShownFigure(figsize=(width, 0.6 + 0.3 * sum(heights)), layout="constrained")
    drawn = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights)[:, 0]
    for axes, (name, rows) in zip(drawn, panels.items(), strict=True):
        clean_axes(axes)
        axes.grid(False, axis="y")
        axes.grid(True, axis="x", color=GRID, lw=0.8)
        axes.axvline(0, color=INK, lw=1)
        for place, row in enumerate(rows):
            _draw(axes, place, row)
        axes.set_yticks(range(len(rows)), [_short(row.model, _LONGEST) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.9)
        axes.set_title(_short(name, int(_LETTERS * width) - names), loc="left", fontsize=TEXT, color=MUTED)
    drawn[-1].set_xlabel(f"points above {plain_text(over)}")
    return figure


def _draw(axes: Axes, place: int, row: Difference) -> None:
    colour = MODEL_STYLES["student"].colour
    certain = row.low > 0 or row.high < 0
    if not isnan(row.low):
        axes.plot([row.low, row.high], [place, place], "-", color=colour, lw=2.2, solid_capstyle="butt")
    axes.plot([row.value], [place], "o", ms=6, mew=1.6, mec=colour, mfc=colour if certain else PAPER)
    axes.annotate(
        signed_points(row.value / 100), (1, place), (6, 0),
        xycoords=("axes fraction", "data"), textcoords="offset points", ha="left", va="center", fontsize=TEXT - 1,
        color=INK,
    )  # fmt: skip


def _short(text: str, most: int) -> str:
    return plain_text(text if len(text) <= most else f"{text[: most - 1]}…")
