"""What one model gains over another, data set by data set, beside how alike linked nodes are."""

from collections.abc import Sequence
from math import isnan
from typing import NamedTuple

from matplotlib.figure import Figure

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.drawing import legend, new_figure
from gnn2mlp.explore.theme import INK, MUTED, PALETTE, plain_text
from gnn2mlp.report.plot_names import write_names

_MARKS = ("o", "s", "^", "D", "v", "P", "X")


class Gain(NamedTuple):
    """One model on one data set.

    Args:
        model: its name.
        dataset: where.
        homophily: of the data set, on the horizontal axis.
        difference: in points.
        low: lower end of its interval; NaN where there is none.
        high: upper end.
    """

    model: str
    dataset: str
    homophily: float
    difference: float
    low: float
    high: float


def plot_gains(gains: Sequence[Gain], over: str, across: str = "adjusted homophily", named: int = 8) -> Figure:
    """A mark for each model and data set, filled where its interval leaves out 0, with the interval as a thin line.

    Args:
        gains: at least one.
        over: whom the models are compared with.
        across: what the horizontal axis measures.
        named: how many data sets are named in the picture: those with the largest differences, either way.

    Raises:
        DataError: if there is none.
    """
    if not gains:
        raise DataError("gains: expected at least one difference to draw, got none")
    figure, axes = new_figure((4.8, 4.0))
    axes.axhline(0, color=INK, lw=1)
    for number, model in enumerate(dict.fromkeys(gain.model for gain in gains)):
        colour, mark = PALETTE[number % len(PALETTE)], _MARKS[number % len(_MARKS)]
        axes.plot([], [], mark, color=colour, ls="", label=plain_text(model))
        for gain in (one for one in gains if one.model == model):
            certain = gain.low > 0 or gain.high < 0
            if not isnan(gain.low):
                axes.plot([gain.homophily] * 2, [gain.low, gain.high], "-", color=colour, lw=0.8, alpha=0.35)
            axes.plot(
                gain.homophily, gain.difference, mark, ms=6, mec=colour, mew=1.1, color=colour if certain else "none",
                gid=f"gain-{number}-{gain.dataset}",
            )  # fmt: skip
    # Wide intervals of few splits would squeeze all differences into a line.
    most = max(abs(gain.difference) for gain in gains)
    axes.set_ylim(-1.35 * most - 1, 1.35 * most + 1)
    axes.set_xlabel(across)
    axes.set_ylabel(f"points above {plain_text(over)}")
    legend(axes)
    told = _outermost(gains, named)
    marks = [(gain.homophily, gain.difference) for gain in gains]
    places = [(gain.homophily, gain.difference) for gain in told]
    write_names(figure, axes, [plain_text(gain.dataset) for gain in told], places, MUTED, marks=marks)
    return figure


def _outermost(gains: Sequence[Gain], count: int) -> list[Gain]:
    """Of each data set its largest difference either way; of these the largest."""
    largest: dict[str, Gain] = {}
    for gain in gains:
        known = largest.get(gain.dataset)
        if known is None or abs(gain.difference) > abs(known.difference):
            largest[gain.dataset] = gain
    return sorted(largest.values(), key=lambda gain: -abs(gain.difference))[:count]
