"""Explanations as pictures: a node, the nodes that made a teacher say what it says, and faithfulness by explainer."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from gnn2mlp.data.graph import GraphData
from gnn2mlp.explainers import Explanation
from gnn2mlp.explore.drawing import TEXT, class_legend, hide_axes, legend, new_figure
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.theme import INK, MUTED, PAPER, SCORE_STYLES, class_style, plain_text, style_of

# Letters of a name above a drawing.
_SHOWN = 22
_COLOURS = {"propagation": SCORE_STYLES["degree"].colour, "random": MUTED}


def plot_explanations(
    explanation: Explanation,
    graph: GraphData,
    classes: np.ndarray,
    class_names: Sequence[str] | None = None,
    *,
    most: int = 6,
    top: int = 10,
    columns: int = 3,
) -> Figure:
    """Explained nodes, each in the middle of those with the highest scores: the larger a mark, the higher its score.

    The nodes stand around it clockwise from the top in the order of their scores; edges are those of the graph among
    them.

    Args:
        explanation: what an explainer said.
        graph: that it speaks of.
        classes: int (nodes,), the teacher's answer to every node, by which they are coloured.
        class_names: for the legend.
        most: explained nodes to draw.
        top: nodes around each.
        columns: drawings beside each other.
    """
    count = min(most, len(explanation.nodes))
    columns = min(columns, max(1, count))
    rows = max(1, math.ceil(count / columns))
    # A single one is wider, for the legend below it.
    figure = ShownFigure(figsize=(max(3.4, 2.1 * columns), 2.2 * rows + 0.8), layout="constrained")
    panels, seen = figure.subplots(rows, columns, squeeze=False).ravel(), []
    for axes in panels:
        hide_axes(axes)
    for position, axes in enumerate(panels[:count]):
        seen.append(_draw(axes, explanation, position, graph, classes, top))
    class_legend(figure, np.unique(np.concatenate(seen)), class_names, below=max(2, columns))
    return figure


def _draw(
    axes: Axes, explanation: Explanation, position: int, graph: GraphData, classes: np.ndarray, top: int
) -> np.ndarray:
    """One explained node; the classes that are seen."""
    node = int(explanation.nodes[position])
    ids, scores = explanation.ranked(position)
    around = ids[ids != node][:top]
    own = scores[ids == node]
    angle = 2 * np.pi * np.arange(len(around)) / max(1, len(around))
    place = np.concatenate([[[0.0, 0.0]], np.stack([np.sin(angle), np.cos(angle)], axis=1)])
    every = np.concatenate([[node], around])
    links = graph.adjacency.to_scipy()[every][:, every].tocoo()
    axes.add_collection(LineCollection(list(place[np.stack([links.row, links.col], axis=1)]), colors=MUTED, lw=0.8))
    shares = np.concatenate([own if own.size else [0.0], scores[ids != node][: len(around)]])
    sizes = 24 + 170 * np.clip(shares, 0, None) / max(float(np.abs(shares).max()), 1e-12)
    for row, one in enumerate(every):
        style = class_style(int(classes[one]))
        edge = INK if row == 0 else PAPER
        x, y = place[row]
        axes.scatter([x], [y], sizes[row], style.colour, marker=style.mark, edgecolors=edge, lw=1.4, zorder=3)
    name = str(node) if graph.node_names is None else str(graph.node_names[node])
    axes.set_title(plain_text(name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"), color=INK, size=TEXT - 1)
    axes.set(xlim=(-1.4, 1.4), ylim=(-1.4, 1.4))
    return np.unique(classes[every])


def plot_faithfulness(rows: Sequence[Mapping[str, Any]], measure: str) -> Figure:
    """Sufficiency or necessity of each explainer by how many nodes are taken, with 95 % intervals.

    Args:
        rows: of the results, each with `method`, `top`, the measure and its ends `_low` and `_high`.
        measure: `"sufficiency"` or `"necessity"`.
    """
    figure, axes = new_figure()
    methods = list(dict.fromkeys(row["method"] for row in rows))
    for number, method in enumerate(methods):
        own = [row for row in rows if row["method"] == method]
        x = np.arange(len(own)) + 0.16 * (number - (len(methods) - 1) / 2)
        values, low, high = (
            100 * np.array([row[key] for row in own]) for key in (measure, f"{measure}_low", f"{measure}_high")
        )
        colour = _COLOURS.get(method, SCORE_STYLES["confidence"].colour)
        axes.errorbar(
            x, values, np.maximum([values - low, high - values], 0), fmt="o", color=colour, lw=1.2, label=method
        )
    ticks = list(dict.fromkeys(row["top"] for row in rows))
    axes.set_xticks(range(len(ticks)), [f"top {k}" for k in ticks])
    axes.set(ylabel=f"{measure.capitalize()}, %", xlim=(-0.5, len(ticks) - 0.5))
    legend(axes)
    return figure


def plot_agreement(quarters: Mapping[str, Sequence[Mapping[str, float]]]) -> Figure:
    """How often a student answers as its teacher, in quarters of the nodes by each of some scores, least first.

    Args:
        quarters: by score, such as `own_margin` and `confidence`; of each quarter `share`, and the ends `low` and
            `high` of its interval.
    """
    figure, axes = new_figure()
    for number, (name, parts) in enumerate(quarters.items()):
        label, colour, line = style_of(name)
        x = np.arange(len(parts)) + 0.1 * (number - (len(quarters) - 1) / 2)
        share, low, high = (100 * np.array([part[key] for part in parts]) for key in ("share", "low", "high"))
        reach = np.maximum([share - low, high - share], 0)
        axes.errorbar(x, share, reach, fmt=f"o{line}", color=colour, lw=1.4, ms=5, label=label)
    axes.set_xticks(range(4), ["least", "second", "third", "greatest"])
    axes.set(xlabel="nodes in quarters by the score", ylabel="student answers as its teacher, %", xlim=(-0.4, 3.4))
    axes.set_ylim(top=102)
    legend(axes)
    return figure
