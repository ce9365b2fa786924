"""Names of points in a picture, none of them over a mark or another name."""

import math
from collections.abc import Iterator, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from gnn2mlp.explore.drawing import TEXT
from gnn2mlp.explore.theme import MUTED

Place = tuple[float, float]
# Width of a letter as a share of its height, on average; half the width of a mark and of an error bar in points.
_LETTER, _MARK, CAP = 0.56, 5.0, 2.5


def write_names(
    figure: Figure,
    axes: Axes,
    names: Sequence[str],
    places: Sequence[Place],
    colour: str,
    spreads: Sequence[float] | None = None,
    marks: Sequence[Place] | None = None,
) -> None:
    """Write each name at the nearest free spot around its mark, on an error bar only if there is no other.

    Args:
        figure: is laid out for it, so that everything else has to be drawn before.
        axes: where the marks are.
        names: in the order in which they choose.
        places: of their marks, in the axes' units.
        colour: of the letters.
        spreads: half the height of the error bar of each; default: none has one.
        marks: of everything that is not to be written over; default: `places`.
    """
    figure.draw_without_rendering()  # where things are is known once they are laid out
    scale = 72 / figure.dpi
    frame = Bbox(axes.get_window_extent().get_points() * scale)
    bars = [] if spreads is None else [_bar(axes, *each, scale) for each in zip(places, spreads, strict=True)]
    taken = [_around(*_in_points(axes, place, scale)) for place in (places if marks is None else marks)]
    for name, place in zip(names, places, strict=True):
        x, y = _in_points(axes, place, scale)
        width, height = _LETTER * TEXT * len(name), 1.25 * TEXT
        boxes = [
            (dx, dy, Bbox.from_bounds(x + dx - width / 2, y + dy - height / 2, width, height))
            for dx, dy in _offsets(width, height)
        ]
        free = [b for b in boxes if not b[2].count_overlaps(taken) and _within(b[2], frame)]
        clear = [b for b in free if not b[2].count_overlaps(bars)]
        dx, dy, box = (clear or free or boxes)[0]
        taken.append(box)
        axes.annotate(
            name, place, (dx, dy), textcoords="offset points", ha="center", va="center",
            fontsize=TEXT - 1, color=colour,
            arrowprops={"arrowstyle": "-", "color": MUTED, "lw": 0.6, "shrinkA": 0, "shrinkB": 4},
        )  # fmt: skip


def _in_points(axes: Axes, place: Place, scale: float) -> Place:
    x, y = axes.transData.transform(place) * scale
    return float(x), float(y)


def _around(x: float, y: float) -> Bbox:
    return Bbox.from_bounds(x - _MARK, y - _MARK, 2 * _MARK, 2 * _MARK)


def _bar(axes: Axes, place: Place, spread: float, scale: float) -> Bbox:
    """Where a point's error bar is drawn, in points."""
    x, y = place
    low, high = (_in_points(axes, (x, y + sign * spread), scale) for sign in (-1, 1))
    return Bbox([[low[0] - CAP, low[1]], [high[0] + CAP, high[1]]])


def _offsets(width: float, height: float) -> Iterator[Place]:
    """Centres of a name around its mark, in points, the nearest first."""
    for ring in range(1, 9):
        away = _MARK + 3 + (ring - 1) * height
        for turn in range(12):
            angle = math.pi / 2 + turn * math.pi / 6
            yield math.cos(angle) * (away + width / 2), math.sin(angle) * (away + height / 2)


def _within(box: Bbox, frame: Bbox) -> bool:
    return bool(frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1)
