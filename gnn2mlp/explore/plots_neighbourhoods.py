"""The nodes behind a code and what is around them, drawn as small graphs."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from gnn2mlp.explore.drawing import TEXT, class_legend, hide_axes
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.neighbourhoods import BehindCode, EgoGraph
from gnn2mlp.explore.theme import INK, MUTED, PAPER, UNKNOWN, class_style, plain_text

# Letters of a name above a drawing.
_SHOWN = 22
# From how many on the rest of the title stands below it.
_BESIDE = 10


def plot_behind_code(
    behind: BehindCode,
    class_names: Sequence[str] | None = None,
    most: int = 6,
    *,
    names: Sequence[Any] | np.ndarray | None = None,
    wrong: np.ndarray | None = None,
) -> Figure:
    """The neighbourhoods of a code's most probable nodes, coloured by class: the node in the middle, hops as rings.

    Args:
        behind: what `behind_code` made.
        class_names: for the legend.
        most: nodes to draw.
        names: of every node of the full graph, in place of its number.
        wrong: bool (nodes,) of the full graph: nodes that are ringed, as those that a student answers wrong.
    """
    shown = behind.neighbourhoods[:most]
    columns = min(3, max(1, len(shown)))
    rows = max(1, math.ceil(len(shown) / columns))
    figure = ShownFigure(figsize=(2.1 * columns + 1.2, 2.2 * rows + 0.5), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        hide_axes(axes)
    for axes, ego, degree in zip(panels, shown, behind.degrees, strict=False):
        _draw_ego(axes, ego, np.zeros(ego.nodes.size, bool) if wrong is None else wrong[ego.nodes])
        title = f"node {ego.node}" if names is None else _shortened(plain_text(str(names[ego.node])))
        between = " · " if len(title) <= _BESIDE else "\n"  # a long name has a line of its own
        axes.set_title(f"{title}{between}{plural(int(degree), 'neighbour')}", color=INK, size=TEXT - 1)
    found = np.unique(np.concatenate([ego.classes for ego in shown])) if shown else np.zeros(0, dtype=int)
    class_legend(figure, found, class_names)
    title = f"code {behind.code}: {plural(behind.nodes.size, 'node')}"
    rest = f", of which the {len(shown)} most typical" if len(shown) < behind.nodes.size else ""
    ringed = "; ringed: the student is wrong" if wrong is not None else ""
    figure.suptitle(title + rest + ringed, color=INK, size=TEXT)
    return figure


def ring_positions(ego: EgoGraph) -> np.ndarray:
    """Coordinates (around, 2) of an ego graph: the node at the origin, hop h on the circle of radius h.

    On each circle nodes go round sorted by the angle of the neighbour that they hang on, then by class and id, at
    equal steps: deterministic, and with a ring of many no two coincide.
    """
    position, angle = np.zeros((ego.nodes.size, 2)), np.zeros(ego.nodes.size)
    row = {int(node): index for index, node in enumerate(ego.nodes)}
    ends = np.array([[row[int(a)], row[int(b)]] for a, b in ego.edges.T], dtype=int).reshape(-1, 2)
    ends = np.concatenate([ends, ends[:, ::-1]])
    for hop in range(1, int(ego.hops.max()) + 1):
        ring = np.flatnonzero(ego.hops == hop)
        inner = {int(b): angle[a] for a, b in ends[::-1] if ego.hops[a] == hop - 1 and ego.hops[b] == hop}
        ring = np.array(sorted(ring, key=lambda i: (inner[int(i)], ego.classes[i], ego.nodes[i])))
        # The first stands on top; the second ring is turned by half a step so that it looks through the gaps.
        angle[ring] = 2 * np.pi * (np.arange(ring.size) + (hop - 1) / 2) / ring.size
        position[ring] = hop * np.stack([np.sin(angle[ring]), np.cos(angle[ring])], axis=1)
    return position


def _shortened(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _draw_ego(axes: Axes, ego: EgoGraph, wrong: np.ndarray) -> None:
    position = ring_positions(ego)
    row = np.searchsorted(np.sort(ego.nodes), ego.edges)
    lines = position[np.argsort(ego.nodes)][row].transpose(1, 0, 2)
    spoke = (ego.edges == ego.node).any(axis=0)
    faint = min(1.0, max(0.25, 80 / max(1, ego.edges.shape[1])))
    axes.add_collection(LineCollection(list(lines[~spoke]), colors=UNKNOWN.colour, lw=0.7, alpha=faint, zorder=1))
    axes.add_collection(LineCollection(list(lines[spoke]), colors=MUTED, lw=0.9, zorder=2))
    size = 90 / (1 + ego.nodes.size / 25)
    for k in np.unique(ego.classes):
        style, (x, y) = class_style(int(k)), position[(ego.classes == k) & (ego.hops > 0)].T
        axes.scatter(x, y, size, style.colour, marker=style.mark, edgecolors=PAPER, lw=size / 120, zorder=3)
    style = class_style(int(ego.classes[0]))
    axes.scatter([0], [0], 120, style.colour, marker=style.mark, edgecolors=INK, lw=1.6, zorder=4)
    if wrong.any():
        ring = np.where(ego.hops[wrong] > 0, 2.6 * size, 300)
        x, y = position[wrong].T
        axes.scatter(x, y, ring, facecolors="none", edgecolors=INK, lw=1.2, linestyles="--", zorder=5)
    reach = int(ego.hops.max(initial=1)) + 0.25
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
