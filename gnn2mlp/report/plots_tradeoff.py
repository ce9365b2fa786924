"""Accuracy against time: what each model gives, and what it costs."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.drawing import log_scale, new_figure
from gnn2mlp.explore.theme import INK, PAPER, style_of
from gnn2mlp.report.plot_names import CAP, write_names
from gnn2mlp.report.results import ACCURACY, Judged


def plot_tradeoff(points: Sequence[Mapping[str, Any]], metric: Judged = ACCURACY) -> Figure:
    """A mark for each model: median time of a request (logarithmic) against its score.

    The best place is top left; of errors, bottom left. Error bars are the standard deviation over seeds, where
    there is one.

    Args:
        points: `{"model": name, "median_ms": above 0, "accuracy": {"mean": m, "std": s}}`, in units of the metric.
        metric: what stands under `accuracy`, as `judged_by` reads it from results; shares are drawn in per cent.

    Raises:
        DataError: if there is no point, or a time is not above 0: a logarithmic axis has no place for it.
    """
    if not points or min(point["median_ms"] for point in points) <= 0:
        raise DataError(f"expected models with times above 0 ms, got {list(points)}; measure the latency first")
    figure, axes = new_figure()
    for point in points:
        x, y = _position(point, metric)
        spread = metric.scale * point["accuracy"]["std"]
        colour = style_of(point["model"]).colour
        axes.errorbar(x, y, spread or None, fmt="none", ecolor=colour, alpha=0.55, elinewidth=1.2, capsize=CAP)
        axes.plot(x, y, "o", color=colour, ms=7, mec=PAPER, mew=0.8, gid=f"tradeoff-{point['model']}")
    axes.margins(x=0.12, y=0.3)
    log_scale(axes, "x")
    axes.set_xlabel("milliseconds per request, median")
    axes.set_ylabel(f"{metric.title} on test nodes{metric.unit}")
    names = [style_of(point["model"]).label for point in points]
    spreads = [metric.scale * point["accuracy"]["std"] for point in points]
    write_names(figure, axes, names, [_position(point, metric) for point in points], INK, spreads)
    return figure


def _position(point: Mapping[str, Any], metric: Judged) -> tuple[float, float]:
    return point["median_ms"], metric.scale * point["accuracy"]["mean"]
