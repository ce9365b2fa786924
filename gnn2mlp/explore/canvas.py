"""The empty page that every plot starts from, and what all plots share: axes, legends and numbers beside marks.

Figures are made without pyplot, so nothing global changes and nothing needs closing.
"""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from gnn2mlp.explore.look import GRID, INK, MUTED
from gnn2mlp.explore.numbers import significant

SIZE = (5.6, 3.5)
TEXT = 10.0


def canvas(size: tuple[float, float] = SIZE) -> tuple[Figure, Axes]:
    """A figure of `size` inches with one calm pair of axes."""
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    calm(axes)
    return figure, axes


def calm(axes: Axes) -> None:
    """No frame, quiet ticks, horizontal grid behind the data."""
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(MUTED)
    axes.tick_params(colors=MUTED, labelsize=TEXT, length=0)
    axes.xaxis.label.set(color=MUTED, size=TEXT)
    axes.yaxis.label.set(color=MUTED, size=TEXT)
    axes.grid(axis="y", color=GRID, lw=0.8)
    axes.set_axisbelow(True)
    axes.set_facecolor("none")


def bare(axes: Axes) -> None:
    """Neither frame nor ticks nor grid, and one scale for both directions: for maps and drawn graphs."""
    axes.set_axis_off()
    axes.set_aspect("equal")


def log_scale(axes: Axes) -> None:
    """A logarithmic y axis that writes plain numbers, and has several of them on a short range too."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(subs=(1,) if high / low > 150 else (1, 2, 5), numticks=12))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: significant(value, 1)))
    axes.yaxis.set_minor_locator(NullLocator())


def legend(axes: Axes) -> None:
    """What the axes hold, in one row above them."""
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles, labels, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=max(1, len(labels)), frameon=False,
        fontsize=TEXT, labelcolor=INK, handlelength=1.3, columnspacing=1.4,
    )  # fmt: skip


def write_value(axes: Axes, x: float, y: float, text: str, size: float = TEXT - 1) -> None:
    """`text` centred just above (x, y)."""
    axes.annotate(text, (x, y), (0, 3), textcoords="offset points", ha="center", va="bottom", fontsize=size, color=INK)
