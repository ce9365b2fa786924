"""The course of a search, and how teachers and methods compare in it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gnn2mlp.explore.drawing import SIZE, TEXT, legend, new_figure
from gnn2mlp.explore.theme import INK, MODEL_STYLES, MUTED, plain_text

Row = Mapping[str, Any]

REFERENCES = {"glnn": ("plain GLNN", MODEL_STYLES["teacher"]), "mlp": ("plain MLP", MODEL_STYLES["mlp"])}
_ROW = 0.3


def plot_search(rows: Sequence[Row], winner: int, heading: str, scale: float) -> Figure:
    """Each configuration in the order of trying, the best so far as a staircase, the references as lines.

    Filled: judged in all inner splits; hollow: given up earlier, so that its mean is over fewer.

    Args:
        rows: of a leaderboard.
        winner: number of the one that was chosen.
        heading: of the axis of scores.
        scale: of scores, such as 100 for per cent.
    """
    figure, axes = new_figure()
    done = sorted((row for row in rows if row["score"] is not None), key=lambda row: row["number"])
    x = np.array([row["number"] + 1 for row in done])
    y = np.array([scale * row["score"] for row in done])
    whole = np.array([row["state"] == "judged" for row in done], dtype=bool)
    own = MODEL_STYLES["student"]
    axes.scatter(x[~whole], y[~whole], s=16, facecolors="none", edgecolors=MUTED, linewidths=0.8, label="given up")
    axes.scatter(x[whole], y[whole], s=20, color=MUTED, linewidths=0, label="judged")
    if whole.any():
        best = np.maximum.accumulate(np.where(whole, y, -np.inf))
        shown = np.isfinite(best)
        axes.step(x[shown], best[shown], where="post", color=own.colour, lw=1.6, label="best so far")
    for row in done:
        if row["proposed"] == "reference" and row["method"]["name"] in REFERENCES:
            text, style = REFERENCES[row["method"]["name"]]
            axes.axhline(scale * row["score"], color=style.colour, ls=style.line, lw=1.2, label=text)
    chosen = next((row for row in done if row["number"] == winner), None)
    if chosen is not None:
        place = (chosen["number"] + 1, scale * chosen["score"])
        axes.scatter(*place, s=70, facecolors="none", edgecolors=own.colour, linewidths=1.8, label="chosen")
    _bounds(axes, y)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("configuration, in the order of trying")
    axes.set_ylabel(heading)
    legend(axes)
    return figure


def plot_parts(rows: Sequence[Row], part: str, heading: str, scale: float) -> Figure:
    """Scores of all configurations by one of their parts, a line for each, the best at the top.

    Args:
        rows: of a leaderboard.
        part: `"teacher"`, `"method"` or `"student"`.
        heading: of the axis of scores.
        scale: of scores.
    """
    groups: dict[str, list[float]] = {}
    for row in rows:
        if row["score"] is not None:
            name = "none" if row[part] is None else row[part]["name"]
            groups.setdefault(name, []).append(scale * row["score"])
    names = sorted(groups, key=lambda name: max(groups[name]))
    figure, axes = new_figure((SIZE[0], 0.9 + _ROW * max(1, len(names))))
    for place, name in enumerate(names):
        values = np.array(groups[name])
        axes.scatter(values, np.full(len(values), place), s=16, color=MUTED, alpha=0.7, linewidths=0)
        axes.scatter(values.max(), place, s=30, color=MODEL_STYLES["student"].colour, linewidths=0)
    axes.set_yticks(range(len(names)), [f"{plain_text(name)}  ({len(groups[name])})" for name in names])
    axes.tick_params(axis="y", labelcolor=INK, labelsize=TEXT)
    axes.grid(axis="y", visible=False)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlabel(heading)
    return figure


def _bounds(axes: Any, values: np.ndarray) -> None:
    """Leave very bad configurations out of the picture, so that the good ones can be told apart."""
    if len(values) > 4:
        low = max(values.min(), np.median(values) - 3 * (values.max() - np.median(values)) - 1e-9)
        reach = max(values.max() - low, 1e-9)
        axes.set_ylim(low - 0.06 * reach, values.max() + 0.1 * reach)
