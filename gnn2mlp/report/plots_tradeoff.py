"""Accuracy against time: what each model gives, and what it costs."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.drawing import TEXT, log_scale, new_figure
from gnn2mlp.explore.theme import INK, MUTED, PAPER, style_of
from gnn2mlp.report.results import ACCURACY, Judged

# Width of a letter as a share of its height, on average; half the width of a mark and of an error bar in points.
_LETTER, _MARK, _CAP = 0.56, 5.0, 2.5


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
        axes.errorbar(x, y, spread or None, fmt="none", ecolor=colour, alpha=0.55, elinewidth=1.2, capsize=_CAP)
        axes.plot(x, y, "o", color=colour, ms=7, mec=PAPER, mew=0.8, gid=f"tradeoff-{point['model']}")
    axes.margins(x=0.12, y=0.3)
    log_scale(axes, "x")
    axes.set_xlabel("milliseconds per request, median")
    axes.set_ylabel(f"{metric.title} on test nodes{metric.unit}")
    _label(figure, axes, points, metric)
    return figure


def _position(point: Mapping[str, Any], metric: Judged) -> tuple[float, float]:
    return point["median_ms"], metric.scale * point["accuracy"]["mean"]


def _label(figure: Figure, axes: Axes, points: Sequence[Mapping[str, Any]], metric: Judged) -> None:
    """Write each model's name at the nearest free spot, on an error bar only if there is no other."""
    figure.draw_without_rendering()  # where things are is known once they are laid out
    scale = 72 / figure.dpi
    frame = Bbox(axes.get_window_extent().get_points() * scale)
    marks = [axes.transData.transform(_position(point, metric)) * scale for point in points]
    bars = [_bar(axes, point, metric, scale) for point in points]
    taken = [Bbox.from_bounds(x - _MARK, y - _MARK, 2 * _MARK, 2 * _MARK) for x, y in marks]
    for point, (x, y) in zip(points, marks, strict=True):
        text = style_of(point["model"]).label
        width, height = _LETTER * TEXT * len(text), 1.25 * TEXT
        boxes = [
            (dx, dy, Bbox.from_bounds(x + dx - width / 2, y + dy - height / 2, width, height))
            for dx, dy in _offsets(width, height)
        ]
        free = [b for b in boxes if not b[2].count_overlaps(taken) and _within(b[2], frame)]
        clear = [b for b in free if not b[2].count_overlaps(bars)]
        dx, dy, box = (clear or free or boxes)[0]
        taken.append(box)
        axes.annotate(
            text, _position(point, metric), (dx, dy), textcoords="offset points", ha="center", va="center",
            fontsize=TEXT - 1, color=INK,
            arrowprops={"arrowstyle": "-", "color": MUTED, "lw": 0.6, "shrinkA": 0, "shrinkB": 4},
        )  # fmt: skip


def _bar(axes: Axes, point: Mapping[str, Any], metric: Judged, scale: float) -> Bbox:
    """Where a point's error bar is drawn, in points."""
    (x, y), spread = _position(point, metric), metric.scale * point["accuracy"]["std"]
    low, high = (axes.transData.transform((x, y + sign * spread)) * scale for sign in (-1, 1))
    return Bbox([[low[0] - _CAP, low[1]], [high[0] + _CAP, high[1]]])


def _offsets(width: float, height: float) -> Iterator[tuple[float, float]]:
    """Centres of a label around its mark, in points, the nearest first."""
    for ring in range(1, 9):
        away = _MARK + 3 + (ring - 1) * height
        for turn in range(12):
            angle = math.pi / 2 + turn * math.pi / 6
            yield math.cos(angle) * (away + width / 2), math.sin(angle) * (away + height / 2)


def _within(box: Bbox, frame: Bbox) -> bool:
    return bool(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1)
