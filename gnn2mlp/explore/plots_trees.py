"""Condensed sets as pictures: the trees that most graphs of a class hold, and what trees account for by their size."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from gnn2mlp.condensers import DistilledSet
from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graphs import GraphBatch
from gnn2mlp.explore.drawing import TEXT, class_legend, hide_axes, legend, log_scale, new_figure
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.theme import INK, MUTED, PAPER, class_style

_LINES = ("-", "--", "-.", ":")
# Kinds of nodes that a legend names; rarer ones are drawn as unknown.
_KINDS = 9


def plot_trees(small: DistilledSet, class_number: int, most: int = 6) -> Figure:
    """The computation trees that most graphs of a class hold, each with its root on top, coloured by what nodes are.

    A child is a neighbour, and so the way back to the parent is one too. Edges of another kind than most are broken.

    Args:
        small: a set of trees.
        class_number: of which class.
        most: trees to draw.

    Raises:
        DataError: if the set is one of whole graphs.
    """
    if small.depth is None:
        raise DataError("plot_trees: expected a set of computation trees, got one of whole graphs; condense by mirage")
    trees, counts = frequent_trees(small, class_number)
    graphs = small.card["classes"][class_number]["graphs"]
    drawn = [small.parts.graph(int(tree)) for tree in trees[:most]]
    kinds, names = node_kinds(drawn, small)
    columns = min(2, max(1, len(drawn)))
    rows = max(1, math.ceil(len(drawn) / columns))
    figure = ShownFigure(figsize=(1.75 * columns + 1.0, 1.75 * rows + 0.3), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in panels:
        hide_axes(axes)
        axes.set_aspect("auto")
    lines = _edge_kinds(drawn)
    for axes, tree, kind, line, count in zip(panels, drawn, kinds, lines, counts, strict=False):
        _draw(axes, tree, kind, line)
        axes.set_title(f"{100 * count / graphs:.0f} % of graphs", color=INK, size=TEXT - 1)
    class_legend(figure, np.unique(np.concatenate(kinds)), names)
    return figure


def frequent_trees(small: DistilledSet, class_number: int) -> tuple[np.ndarray, np.ndarray]:
    """Trees that are a set of a class by themselves, int64, and in how many of its graphs each is, the most first."""
    alone = (small.set_offsets.diff() == 1) & (small.set_class == class_number)
    trees = small.set_parts[small.set_offsets[:-1][alone]].numpy()
    counts = small.set_frequency[alone].numpy()
    order = np.argsort(-counts, kind="stable")
    return trees[order], counts[order]


def node_kinds(trees: Sequence[GraphBatch], small: DistilledSet) -> tuple[list[np.ndarray], list[str]]:
    """A number for each node of each tree, by what it is, the most frequent first, and what these are called.

    Nodes are told apart by all of their codes and features; they are called by the codes that differ. Kinds beyond the
    tenth are -1.
    """
    rows = [_values(tree) for tree in trees]
    kinds, place, counts = np.unique(np.concatenate(rows), axis=0, return_inverse=True, return_counts=True)
    order = np.lexsort((np.arange(len(counts)), -counts))
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    numbers = np.where(rank > _KINDS, -1, rank)[place.reshape(-1)]
    ends = np.cumsum([len(row) for row in rows])[:-1]
    return np.split(numbers, ends), [_called(kinds[one], kinds, small) for one in order[: _KINDS + 1]]


def _values(tree: GraphBatch) -> np.ndarray:
    parts = [part.numpy() for part in (tree.node_codes, tree.features) if part is not None]
    return np.concatenate(parts, axis=1).astype(np.float64)


def _called(kind: np.ndarray, kinds: np.ndarray, small: DistilledSet) -> str:
    """A kind by the fields in which kinds differ, or by the first where none does."""
    differ = np.flatnonzero((kinds != kinds[0]).any(0)) if len(kinds) > 1 else np.array([0])
    fields = small.parts.node_fields
    words = []
    for column in differ.tolist():
        name = fields[column] if column < len(fields) else ""
        values = small.parts.categories.get(name)
        known = values is not None and int(kind[column]) < len(values)
        words.append(str(values[int(kind[column])]) if known and values is not None else f"{kind[column]:g}")
    return ", ".join(words)


def _edge_kinds(trees: Sequence[GraphBatch]) -> list[np.ndarray]:
    """A number for each edge of each tree, by its codes, the most frequent 0."""
    rows = [
        np.zeros((one.edge_index.size(1), 1)) if one.edge_codes is None else one.edge_codes.numpy() for one in trees
    ]
    _, place, counts = np.unique(np.concatenate(rows), axis=0, return_inverse=True, return_counts=True)
    rank = np.argsort(np.argsort(-counts, kind="stable"), kind="stable")[place.reshape(-1)]
    return np.split(rank, np.cumsum([len(row) for row in rows])[:-1])


def _draw(axes: Axes, tree: GraphBatch, kinds: np.ndarray, lines: np.ndarray) -> None:
    place = tree_places(tree)
    child, parent = tree.edge_index.numpy()
    styles = [_LINES[line % len(_LINES)] for line in lines.tolist()]
    axes.add_collection(
        LineCollection(list(place[np.stack([child, parent], 1)]), colors=MUTED, lw=0.9, linestyles=styles)
    )
    size = 700 / (8 + tree.num_nodes)
    for kind in np.unique(kinds):
        style = class_style(int(kind))
        x, y = place[kinds == kind].T
        axes.scatter(x, y, size, style.colour, marker=style.mark, edgecolors=PAPER, lw=0.8, zorder=3)
    style = class_style(int(kinds[0]))
    axes.scatter(
        place[:1, 0], place[:1, 1], 1.5 * size, style.colour, marker=style.mark, edgecolors=INK, lw=1.4, zorder=4
    )
    width = max(1.0, float(np.ptp(place[:, 0])))
    middle = float(place[:, 0].min() + place[:, 0].max()) / 2
    axes.set(xlim=(middle - 0.6 * width, middle + 0.6 * width), ylim=(place[:, 1].min() - 0.4, 0.4))


def tree_places(tree: GraphBatch) -> np.ndarray:
    """Where the nodes of a tree are drawn, (nodes, 2): leaves side by side, a parent above the middle of its children.

    Args:
        tree: whose root comes first and whose parents come before their children.
    """
    child, parent = tree.edge_index.numpy()
    above = np.full(tree.num_nodes, -1)
    above[child] = parent
    below: list[list[int]] = [[] for _ in range(tree.num_nodes)]
    depth = np.zeros(tree.num_nodes)
    for node in range(1, tree.num_nodes):
        below[above[node]].append(node)
        depth[node] = depth[above[node]] + 1
    x, leaves = np.zeros(tree.num_nodes), 0
    waiting = [0]
    while waiting:  # leaves from left to right
        node = waiting.pop()
        waiting += reversed(below[node])
        if not below[node]:
            x[node], leaves = leaves, leaves + 1
    for node in reversed(range(tree.num_nodes)):
        if below[node]:
            x[node] = (x[below[node][0]] + x[below[node][-1]]) / 2
    return np.stack([x, -depth], 1)


def plot_tree_coverage(classes: Sequence[Mapping[str, Any]], measure: str = "nodes") -> Figure:
    """How much of each class the trees account for that enough of its graphs hold, by how many nodes these have.

    Args:
        classes: of the card of a set of trees, `small.card["classes"]`; the chosen support is marked.
        measure: `"nodes"`, whose tree is one of them, or `"graphs"`, that hold at least one.
    """
    figure, axes = new_figure()
    for number, one in enumerate(classes):
        style, curve = class_style(number), one["curve"]
        x = [point["tree_nodes"] for point in curve]
        y = [100 * point[measure] for point in curve]
        line = _LINES[number % len(_LINES)]
        axes.plot(x, y, line, color=style.colour, lw=1.6, label=f"{one['name']}: {plural(one['trees'], 'tree')}")
        axes.plot([one["tree_nodes"]], [100 * one[f"{measure}_covered"]], style.mark, color=style.colour, ms=7)
    log_scale(axes, "x")
    axes.set(xlabel="Nodes of the trees", ylabel=f"{measure.capitalize()} of the class, %", ylim=(0, 103))
    legend(axes)
    return figure
