"""How honest a model is, drawn: accuracy by confidence before and after scaling, and what sets promise and keep."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, PercentFormatter

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.conformal import share_interval
from gnn2mlp.explore.drawing import SIZE, TEXT, legend, new_figure
from gnn2mlp.explore.theme import GRID, INK, MUTED, PAPER, plain_text, style_of

# Inches that a line of `plot_set_coverage` takes.
_LINE = 0.42


def plot_calibration(diagrams: Mapping[str, Mapping[str, Sequence[float]]], model: str = "student") -> Figure:
    """Accuracy by confidence: a point for each bin, with its 95 % interval, and the diagonal where a model is honest.

    Points below the diagonal are too sure of themselves, those above not sure enough.

    Args:
        diagrams: by name, such as `{"before": ..., "after": ...}`: `{"confidence": [...], "accuracy": [...], "count":
            [...]}` of bins of equally many nodes (`gnn2mlp.evaluate.diagram_by_mass`). The last is drawn in colour, the
            others hollow and grey.
        model: whose colour it is.

    Raises:
        DataError: if there is no diagram.
    """
    if not diagrams:
        raise DataError("expected at least one diagram, got none")
    figure, axes = new_figure((4.6, 4.2))
    axes.plot([0, 100], [0, 100], "--", color=MUTED, lw=1, zorder=1)
    last = list(diagrams)[-1]
    lows = []
    for name, diagram in diagrams.items():
        count = np.asarray(diagram["count"])
        filled = count > 0
        x, y = (100 * np.asarray(diagram[key], float)[filled] for key in ("confidence", "accuracy"))
        ends = [share_interval(round(a * n / 100), int(n)) for a, n in zip(y, count[filled], strict=True)]
        error = np.abs(100 * np.array(ends).reshape(-1, 2).T - y)
        colour = style_of(model).colour if name == last else MUTED
        axes.errorbar(
            x, y, error, fmt="o" if name == last else "s", color=colour, ms=5.5 if name == last else 4.5, lw=1.2,
            mfc=colour if name == last else PAPER, mec=colour, capsize=0, label=plain_text(name), zorder=3,
            gid=f"calibration-{name}",
        )  # fmt: skip
        lows += [*x, *(y - error[0])]
    low = max(0.0, 10 * np.floor(min(lows, default=0) / 10))
    axes.set(xlim=(low, 101), ylim=(low, 101), xlabel="confidence", ylabel="accuracy")
    axes.set_aspect("equal")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(PercentFormatter(decimals=0))
    legend(axes)
    return figure


def plot_set_coverage(coverages: Mapping[str, Mapping[str, Any]]) -> Figure:
    """How often sets of classes hold the true one: a point with its 95 % interval for each population.

    The dashed line is what was promised. A population whose interval is left of it is drawn in another colour and mark:
    there the promise fails. On the right, the mean number of classes in a set.

    Args:
        coverages: by population, the fields of `gnn2mlp.evaluate.Coverage`, all of one nominal coverage; fractions.

    Raises:
        DataError: if there is none, or they promise different things.
    """
    nominal = {float(one["nominal"]) for one in coverages.values()}
    if len(nominal) != 1:
        raise DataError(f"expected populations of one nominal coverage, got {sorted(nominal) or 'none'}")
    (promised,) = nominal
    figure, axes = new_figure((SIZE[0], 1.3 + _LINE * len(coverages)))
    axes.axvline(100 * promised, ls="--", color=MUTED, lw=1)
    places = range(len(coverages))
    for place, one in zip(places, coverages.values(), strict=True):
        short = one["high"] < promised
        colour = style_of("margin" if short else "teacher").colour
        low, middle, high = (100 * one[key] for key in ("low", "measured", "high"))
        axes.plot([low, high], [place, place], color=colour, lw=1.6, solid_capstyle="butt")
        axes.plot(middle, place, "D" if short else "o", color=colour, ms=7, mec=PAPER, mew=0.8)
        text = f"{one['size']:.1f} classes{', short' if short else ''}"
        axes.annotate(
            text, (1, place), (6, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
            ha="left", va="center", fontsize=TEXT - 1, color=INK,
        )  # fmt: skip
    axes.set_yticks(places, [f"{plain_text(name)}\n{one['rows']:,}" for name, one in coverages.items()])
    axes.tick_params(axis="y", colors=INK, labelsize=TEXT - 1)
    axes.set_ylim(len(coverages) - 0.4, -0.6)
    axes.grid(axis="x", color=GRID, lw=0.8)
    axes.grid(axis="y", visible=False)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}%"))
    axes.set_xlabel(f"sets that hold the true class ({100 * promised:g}% promised)")
    return figure
