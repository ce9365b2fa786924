"""What every plot starts from and shares: an empty figure, quiet axes, legends.

Figures are made without pyplot, so nothing global changes and nothing needs closing.
"""

from collections.abc import Sequence
from math import isclose
from typing import Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colorbar import Colorbar
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.formatting import significant
from gnn2mlp.explore.theme import GRID, INK, MUTED, class_style

# Inches. So narrow that a phone, which is as wide, shows text in its own size.
SIZE = (4.3, 2.9)
TEXT = 10.0
# A legend of classes takes another column after this many.
COLUMN = 18


def new_figure(size: tuple[float, float] = SIZE) -> tuple[Figure, Axes]:
    """A figure of `size` inches with one pair of quiet axes."""
    figure = ShownFigure(figsize=size, layout="constrained")
    axes = figure.subplots()
    clean_axes(axes)
    return figure, axes


def clean_axes(axes: Axes) -> None:
    """No frame, quiet ticks, horizontal grid behind the data."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.tick_params(colors=MUTED, labelsize=TEXT, length=0)
    axes.xaxis.label.set(color=MUTED, size=TEXT)
    axes.yaxis.label.set(color=MUTED, size=TEXT)
    axes.grid(axis="y", color=GRID, lw=0.8)
    axes.set_axisbelow(True)
    axes.set_facecolor("none")


def hide_axes(axes: Axes) -> None:
    """Neither frame nor ticks nor grid, and one scale for both directions: for maps and drawn graphs."""
    axes.set_axis_off()
    axes.set_aspect("equal")


def log_scale(axes: Axes, which: Literal["x", "y"] = "y") -> None:
    """A logarithmic axis that writes plain numbers, and has several of them on a short range too."""
    axes.set(**{f"{which}scale": "log"})
    axis = {"x": axes.xaxis, "y": axes.yaxis}[which]
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1,) if high / low > 150 else (1, 2, 5), numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: _shortest(value)))
    axis.set_minor_locator(NullLocator())


def _shortest(value: float) -> str:
    """As few digits as tell the number: 2, 2.5, 10,000. Within a decade ticks are those that a linear axis has."""
    texts = [significant(value, digits) for digits in (1, 2, 3, 4)]
    return next((text for text in texts if isclose(float(text.replace(",", "")), value)), texts[-1])


def legend(axes: Axes) -> None:
    """What the axes hold, above them, in as many rows as the figure's width asks for."""
    handles, labels = axes.get_legend_handles_labels()
    # In points: a handle with what is around it, and letters, which are half as wide as high.
    entry = 3.2 * TEXT + 0.58 * TEXT * max(map(len, labels), default=1)
    figure = axes.get_figure(root=True)
    fitting = max(1, int(72 * figure.get_figwidth() / entry)) if figure else len(labels)
    rows = -(-len(labels) // max(1, fitting))
    axes.legend(
        handles, labels, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=max(1, -(-len(labels) // max(1, rows))),
        frameon=False, fontsize=TEXT, labelcolor=INK, handlelength=1.3, columnspacing=1.4,
    )  # fmt: skip


def clean_colorbar(bar: Colorbar, label: str) -> None:
    """A colour bar without frame and ticks, and what it measures."""
    bar.outline.set_visible(False)
    bar.ax.tick_params(colors=MUTED, labelsize=TEXT - 1, length=0)
    bar.set_label(label, color=MUTED, size=TEXT - 1)


def class_texts(names: Sequence[str] | None, classes: int) -> list[str]:
    """What stands for each of `classes` classes: its name, or its number where there is none."""
    known = [name.replace("_", " ") for name in names or ()]
    return known + [f"class {index}" for index in range(len(known), classes)]


def class_legend(figure: Figure, classes: np.ndarray, names: Sequence[str] | None, below: int | None = None) -> None:
    """The marks of these class indices, on the right of the figure, or below it in so many columns; -1 comes last."""
    texts = [*class_texts(names, int(classes.max(initial=-1)) + 1), "unknown"]
    found = sorted(map(int, np.unique(classes)), key=lambda k: (k < 0, k))
    styles = [class_style(k) for k in found]
    handles = [
        Line2D([], [], ls="", marker=style.mark, color=style.colour, label=texts[k])
        for k, style in zip(found, styles, strict=True)
    ]
    place: Literal["outside right center", "outside lower left"]
    place = "outside right center" if below is None else "outside lower left"
    columns = 1 + max(0, len(handles) - 1) // COLUMN if below is None else below
    figure.legend(
        handles=handles, loc=place, ncols=columns, frameon=False,
        fontsize=TEXT - 1, labelcolor=INK, handletextpad=0.2, columnspacing=0.8,
    )  # fmt: skip
