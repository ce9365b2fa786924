"""The map of codes and nodes, drawn: coloured by class, by any number a node has, or by code."""

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.codebook import Array
from gnn2mlp.explore.drawing import TEXT, class_legend, clean_colorbar, hide_axes, new_figure
from gnn2mlp.explore.framing import frame
from gnn2mlp.explore.interactive_map import neighbour_colours
from gnn2mlp.explore.projection import CodeMap
from gnn2mlp.explore.sampling import crowding, drawing_order
from gnn2mlp.explore.theme import INK, MUTED, PALETTE, PAPER, RAMP, class_style

MAP_SIZE = (6.4, 4.8)
# Letters of a line of the title.
_TITLE = 76
# From this number of codes on, their circles take less room each.
CROWD = 100
# Lines from so many nodes to their codes can be told apart, not from more.
SPOKES = 3000
# Points squared that a node takes; where they are many, less, down to the second.
_NODE, _LEAST = 11.0, 3.0
# Marks of several shapes are drawn in so many turns: in each, a part of every class.
_TURNS = 24
_RAMP = LinearSegmentedColormap.from_list("ramp", RAMP)


def plot_code_map(
    layout: CodeMap,
    *,
    groups: Array | None = None,
    names: Sequence[str] | None = None,
    values: Array | None = None,
    label: str = "",
    seed: int = 0,
) -> Figure:
    """Nodes as points, codes as circles with their numbers, larger with more nodes.

    Nodes are coloured by `groups` (a class for each node of the map, -1 unknown), or by `values` (a number for each),
    or, without either, by code: near codes then differ in colour, and a line joins each node to its own. Those colours
    mean nothing else, as codes are more than colours: their numbers name them.

    Nodes are drawn in a random order, and the more transparent the more of them lie together, so that none of the
    classes covers the others. Nodes far from all others are put at the rim; the title counts them.

    Args:
        layout: what `code_map` made.
        groups: classes, in the order of the knowledge; of all its nodes also where the map is of a sample.
        names: of the classes.
        values: numbers, likewise.
        label: of the numbers.
        seed: of the order.

    Raises:
        DataError: for both groups and values, or for too few of them.
    """
    if groups is not None and values is not None:
        raise DataError("plot_code_map: expected groups or values, got both; draw two maps")
    framed = frame(layout.nodes)
    placed = layout._replace(
        nodes=framed.points, codes=framed.clip(layout.codes) if len(layout.nodes) else layout.codes
    )
    figure, axes = new_figure(MAP_SIZE)
    hide_axes(axes)
    order = drawing_order(len(layout.nodes), seed)
    if values is not None:
        _by_value(figure, axes, placed, _fitting(values, layout), label, order)
    elif groups is not None:
        _by_group(figure, axes, placed, _fitting(groups, layout), names, order)
    else:
        _by_code(axes, placed, order)
    _code_marks(axes, placed)
    notes = [layout.note, framed.note, _CODE_NOTE if values is None and groups is None else ""]
    text = textwrap.fill(" ".join(filter(None, notes)), _TITLE)
    axes.set_title(text, color=MUTED, size=TEXT - 1, loc="left")
    return figure


_CODE_NOTE = "Colours part neighbouring codes; their numbers name them."


def _by_value(figure: Figure, axes: Axes, layout: CodeMap, values: np.ndarray, label: str, order: np.ndarray) -> None:
    # Colours span all but the outermost nodes: one outlier would leave the others in a single shade.
    low, high = np.percentile(values, [2, 98]) if values.size else (0.0, 1.0)
    x, y = layout.nodes[order].T
    size, alpha = _size(layout), _opacity(layout.nodes)[order]
    points = axes.scatter(
        x, y, size, values[order], cmap=_RAMP, vmin=low, vmax=high, alpha=alpha, lw=0, zorder=2, rasterized=True
    )
    beyond = (bool((values < low).any()), bool((values > high).any()))
    extend = {(True, True): "both", (True, False): "min", (False, True): "max", (False, False): "neither"}[beyond]
    bar = figure.colorbar(points, ax=axes, fraction=0.035, pad=0.02, extend=extend)
    if bar.solids is not None:
        bar.solids.set_alpha(1)
    clean_colorbar(bar, label)


def _by_group(
    figure: Figure, axes: Axes, layout: CodeMap, groups: np.ndarray, names: Sequence[str] | None, order: np.ndarray
) -> None:
    found = np.unique(groups)
    styles = {int(k): class_style(int(k)) for k in found}
    colours = to_rgba_array([styles[int(k)].colour for k in groups])
    marks = np.array([styles[int(k)].mark for k in groups])
    # A scatter has one mark: where there are several, each turn draws a part of every one.
    for part in np.array_split(order, _TURNS if len(set(marks.tolist())) > 1 else 1):
        for mark in sorted(set(marks[part].tolist())):
            _points(axes, layout, part[marks[part] == mark], colours, mark)
    class_legend(figure, found, names)


def _by_code(axes: Axes, layout: CodeMap, order: np.ndarray) -> None:
    colours = to_rgba_array(np.array(PALETTE)[neighbour_colours(layout.codes, layout.usage)][layout.code])
    if len(layout.nodes) <= SPOKES:
        spokes = np.stack([layout.nodes, layout.codes[layout.code]], axis=1)
        axes.add_collection(LineCollection(list(spokes), colors=colours, lw=0.5, alpha=0.4, zorder=1))
    _points(axes, layout, order, colours, "o")


def _points(axes: Axes, layout: CodeMap, rows: np.ndarray, colours: np.ndarray, mark: str) -> None:
    colour = colours[rows]
    colour[:, 3] = _opacity(layout.nodes)[rows]
    x, y = layout.nodes[rows].T
    axes.scatter(x, y, _size(layout), colour, marker=mark, lw=0, zorder=2, rasterized=True)


def _size(layout: CodeMap) -> float:
    return max(_LEAST, _NODE * min(1.0, 3000 / max(1, len(layout.nodes))))


def _opacity(nodes: np.ndarray) -> np.ndarray:
    """One that is alone can be seen, and so can what lies in a crowd."""
    found: np.ndarray = (0.9 / np.sqrt(crowding(nodes))).clip(0.15)
    return found


def _code_marks(axes: Axes, layout: CodeMap) -> None:
    used = np.flatnonzero(layout.usage > 0)
    # Many circles are drawn smaller and thinner, or nothing else would be seen.
    crowd = max(1.0, used.size / CROWD) ** 0.5
    size = (14 + 160 * layout.usage[used] / max(1, layout.usage.max(initial=1))) / crowd
    x, y = layout.codes[used].T
    axes.scatter(x, y, size, facecolors="none", edgecolors=INK, lw=0.9 / crowd, alpha=0.75, zorder=3)
    halo = [withStroke(linewidth=1.6, foreground=PAPER)]
    for code in _with_room(layout, used):
        x, y = layout.codes[code]
        axes.text(
            x, y, str(code), size=TEXT - 3.5, color=INK, ha="center", va="center", zorder=4, path_effects=halo
        )  # fmt: skip


def _with_room(layout: CodeMap, used: np.ndarray) -> list[int]:
    """Codes whose numbers do not lie on one another, the fullest first."""
    span = max(float(np.ptp(np.concatenate([layout.codes[used], layout.nodes]), axis=0).max(initial=0)), 1e-12)
    taken: list[int] = []
    for code in used[np.argsort(-layout.usage[used], kind="stable")]:
        gap = np.abs(layout.codes[taken] - layout.codes[code]) / span
        if not ((gap[:, 0] < 0.05) & (gap[:, 1] < 0.032)).any():
            taken.append(int(code))
    return taken


def _fitting(values: Array, layout: CodeMap) -> np.ndarray:
    array = np.asarray(values)
    if layout.rows is not None and array.shape == (layout.total,):
        array = array[layout.rows]
    if array.shape != (len(layout.nodes),):
        raise DataError(
            f"plot_code_map: expected one value for each of the {len(layout.nodes)} nodes of the map, got the shape "
            f"{array.shape}; take those of knowledge.node_ids"
        )
    return array
