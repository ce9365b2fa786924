"""The map of codes and nodes, drawn: coloured by class, by any number a node has, or by code."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.codebook import Array
from gnn2mlp.explore.drawing import TEXT, class_legend, clean_colorbar, hide_axes, new_figure
from gnn2mlp.explore.projection import CodeMap
from gnn2mlp.explore.theme import INK, MUTED, PALETTE, class_style

MAP_SIZE = (6.4, 4.8)
# From this number of codes on, their circles take less room each.
CROWD = 100


def plot_code_map(
    layout: CodeMap,
    *,
    groups: Array | None = None,
    names: Sequence[str] | None = None,
    values: Array | None = None,
    label: str = "",
) -> Figure:
    """Nodes as points and codes as circles, larger with more nodes.

    Nodes are coloured by `groups` (a class for each node of the map, -1 unknown), or by `values` (a number for each),
    or, without either, by code: near codes then differ in colour, and a line joins each node to its own.

    Args:
        layout: what `code_map` made.
        groups: classes, in the order of the knowledge.
        names: of the classes.
        values: numbers, in the order of the knowledge.
        label: of the numbers.

    Raises:
        DataError: for both groups and values, or for too few of them.
    """
    if groups is not None and values is not None:
        raise DataError("plot_code_map: expected groups or values, got both; draw two maps")
    figure, axes = new_figure(MAP_SIZE)
    hide_axes(axes)
    if values is not None:
        _by_value(figure, axes, layout, _fitting(values, layout), label)
    elif groups is not None:
        _by_group(figure, axes, layout, _fitting(groups, layout), names)
    else:
        _by_code(axes, layout)
    _code_marks(axes, layout)
    if layout.explained is not None:
        x, y = (100 * share for share in layout.explained)
        note = f"principal components: {x:.0f}% and {y:.0f}% of the variance of the codes"
        axes.set_title(note, color=MUTED, size=TEXT - 1, loc="left")
    return figure


def _by_value(figure: Figure, axes: Axes, layout: CodeMap, values: np.ndarray, label: str) -> None:
    # Colours span all but the outermost nodes: one outlier would leave the others in a single shade.
    low, high = np.percentile(values, [2, 98]) if values.size else (0.0, 1.0)
    # Large values on top, as they are what a person looks for.
    order = np.argsort(values, kind="stable")
    x, y = layout.nodes[order].T
    points = axes.scatter(x, y, 11, values[order], cmap="cividis_r", vmin=low, vmax=high, lw=0, rasterized=True)
    beyond = (bool((values < low).any()), bool((values > high).any()))
    extend = {(True, True): "both", (True, False): "min", (False, True): "max", (False, False): "neither"}[beyond]
    clean_colorbar(figure.colorbar(points, ax=axes, fraction=0.035, pad=0.02, extend=extend), label)


def _by_group(figure: Figure, axes: Axes, layout: CodeMap, groups: np.ndarray, names: Sequence[str] | None) -> None:
    found = np.unique(groups)
    for k in found:
        style = class_style(int(k))
        _points(axes, layout.nodes[groups == k], style.colour, style.mark)
    class_legend(figure, found, names)


def _by_code(axes: Axes, layout: CodeMap) -> None:
    colours = np.array(PALETTE)[_spread_colours(layout, len(PALETTE))][layout.code]
    spokes = np.stack([layout.nodes, layout.codes[layout.code]], axis=1)
    axes.add_collection(LineCollection(list(spokes), colors=list(colours), lw=0.5, alpha=0.4, zorder=1))
    _points(axes, layout.nodes, list(colours), "o")


def _spread_colours(layout: CodeMap, colours: int) -> np.ndarray:
    """(codes,): a colour index each; the fullest codes choose first, the colour whose nearest bearer is farthest."""
    chosen = np.zeros(len(layout.codes), dtype=int)
    # Distance from each code to the nearest one that already has the colour.
    room = np.full((colours, len(layout.codes)), np.inf)
    for code in np.argsort(-layout.usage, kind="stable"):
        colour = chosen[code] = room[:, code].argmax()
        room[colour] = np.minimum(room[colour], np.hypot(*(layout.codes - layout.codes[code]).T))
    return chosen


def _points(axes: Axes, position: np.ndarray, colour: str | list[str], mark: str) -> None:
    axes.scatter(position[:, 0], position[:, 1], 11, colour, marker=mark, lw=0, alpha=0.8, zorder=2, rasterized=True)


def _code_marks(axes: Axes, layout: CodeMap) -> None:
    used = layout.usage > 0
    # Many circles are drawn smaller and thinner, or nothing else would be seen.
    crowd = max(1.0, float(used.sum()) / CROWD) ** 0.5
    size = (14 + 160 * layout.usage[used] / max(1, layout.usage.max(initial=1))) / crowd
    x, y = layout.codes[used].T
    axes.scatter(x, y, size, facecolors="none", edgecolors=INK, lw=0.9 / crowd, alpha=0.75, zorder=3)


def _fitting(values: Array, layout: CodeMap) -> np.ndarray:
    array = np.asarray(values)
    if array.shape != (len(layout.nodes),):
        raise DataError(
            f"plot_code_map: expected one value for each of the {len(layout.nodes)} nodes of the map, got the shape "
            f"{array.shape}; take those of knowledge.node_ids"
        )
    return array
