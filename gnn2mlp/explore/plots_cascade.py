"""A student that asks its teacher where it is not sure, drawn: accuracy and time against the share that is asked."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, PercentFormatter

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.drawing import SIZE, TEXT, new_figure
from gnn2mlp.explore.formatting import significant
from gnn2mlp.explore.theme import INK, MUTED, PAPER, style_of

# Inches that a line of the legend takes.
_LINE = 0.2


def plot_cascade(curve: Mapping[str, Sequence[float] | np.ndarray], chosen: float | None = None) -> Figure:
    """Accuracy of the cascade by the share deferred, from the student alone (left) to the teacher alone (right).

    Above, what a request costs on average, where that was measured. A ring marks the chosen threshold.

    Args:
        curve: `deferred`, `accuracy`, `threshold` and `latency_ms`, a value for each point, as
            `gnn2mlp.evaluate.cascade_curve(...)._asdict()` has them.
        chosen: the threshold that is used.

    Raises:
        DataError: if there is no point.
    """
    share, accuracy = (100 * np.asarray(curve[key], float) for key in ("deferred", "accuracy"))
    if not share.size:
        raise DataError("expected a curve with at least one point, got none")
    figure, axes = new_figure((SIZE[0], SIZE[1] + 3 * _LINE))
    axes.plot(share, accuracy, color=INK, lw=1.8, gid="cascade", zorder=2)
    for name, at in (("student", 0), ("teacher", -1)):
        style = style_of(name)
        axes.plot(
            share[at], accuracy[at], "o", color=style.colour, ms=8, mec=PAPER, mew=0.8, clip_on=False, zorder=3,
            label=f"{style.label} alone, {accuracy[at]:.1f}%",
        )  # fmt: skip
    if chosen is not None:
        _mark(axes, share, accuracy, np.asarray(curve["threshold"], float), chosen)
    axes.set_xlim(-3, 103)  # the marks of both ends keep off what stands beside the axes
    axes.margins(y=0.18)
    axes.xaxis.set_major_formatter(PercentFormatter())
    axes.set_xlabel("share of requests that the teacher answers")
    axes.set_ylabel("accuracy, %")
    latency = np.asarray(curve["latency_ms"], float)
    if np.isfinite(latency).all() and latency[-1] > latency[0]:
        _time_axis(axes, latency[0], latency[-1])
    # Beside the marks it would depend on the curve whether names cover one another; above is the axis of time.
    figure.legend(loc="outside lower left", frameon=False, fontsize=TEXT - 1, labelcolor=INK, handletextpad=0.4)
    return figure


def _mark(axes: Axes, share: np.ndarray, accuracy: np.ndarray, threshold: np.ndarray, chosen: float) -> None:
    """A ring at the last point that defers no more than the chosen threshold."""
    at = max(0, int(np.searchsorted(threshold, chosen, side="right")) - 1)
    axes.plot(
        share[at], accuracy[at], "o", ms=12, mfc="none", mec=INK, mew=1.5, clip_on=False, zorder=4,
        label=f"confidence below {chosen:.2f}: {share[at]:.0f}% asked, {accuracy[at]:.1f}%",
    )  # fmt: skip


def _time_axis(axes: Axes, student: float, both: float) -> None:
    """The mean time of a request, which is linear in the share."""
    slope = (both - student) / 100

    def time(share: Any) -> Any:
        return student + slope * np.asarray(share)

    def share(time: Any) -> Any:
        return (np.asarray(time) - student) / slope

    above = axes.secondary_xaxis("top", functions=(time, share))
    above.spines["top"].set_visible(False)
    above.tick_params(colors=MUTED, labelsize=TEXT, length=0)
    above.xaxis.set_major_formatter(FuncFormatter(lambda value, _: significant(value, 2)))
    above.set_xlabel("milliseconds for a request of one node, mean", color=MUTED, size=TEXT)
