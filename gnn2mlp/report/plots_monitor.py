"""A table beside that of training, drawn: how far each column is from its limit, and what it holds then and now."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gnn2mlp.deploy.monitoring.drift import Check
from gnn2mlp.explore.drawing import TEXT, legend, new_figure
from gnn2mlp.explore.theme import GRID, INK, MUTED, PAPER, plain_text, style_of

# Lines, names and bins of a figure; letters of a name.
MOST, NAMES, BINS, LONGEST = 16, 10, 25, 22
# Bars are drawn no further than so many limits; those that are cut say how many they are.
_FAR = 5.0


def plot_sizes(names: Sequence[str], checks: Sequence[Check]) -> Figure:
    """A bar for each check, as long as its difference in units of its limit; hollow where that is no drift.

    Args:
        names: (checks,).
        checks: the largest is drawn on top; of more than 16 the largest.
    """
    order = sorted(range(len(checks)), key=lambda k: -checks[k].size)[:MOST]
    figure, axes = new_figure((4.6, 1.0 + 0.3 * max(1, len(order))))
    colour = style_of("student").colour
    sizes = [min(_FAR, max(0.0, checks[k].size)) for k in order]
    bars = axes.barh(range(len(order)), sizes, height=0.66, color=colour, ec=colour, lw=1.1)
    for bar, k in zip(bars, order, strict=True):
        bar.set_facecolor(colour if checks[k].drifted else PAPER)
    for place, k in enumerate(order):
        if checks[k].size > _FAR:
            axes.annotate(
                f"{checks[k].size:.0f} ×", (_FAR, place), (-4, 0), textcoords="offset points", ha="right", va="center",
                fontsize=TEXT - 1, color=PAPER if checks[k].drifted else INK,
            )  # fmt: skip
    axes.axvline(1, color=INK, lw=1, ls="--")
    axes.set_yticks(range(len(order)), [short(names[k]) for k in order])
    axes.tick_params(axis="y", colors=INK, labelsize=TEXT - 1)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_xlim(0, max(1.25, *(1.05 * size for size in sizes), 0))
    axes.grid(axis="x", color=GRID, lw=0.8)
    axes.grid(axis="y", visible=False)
    axes.set_xlabel("difference, in units of its limit")
    return figure


def plot_bins(labels: Sequence[str], then: Sequence[float], now: Sequence[float], what: str = "value") -> Figure:
    """Shares of rows in bins that lie side by side, training as an outline.

    Args:
        labels: (bins,) the upper edge of each, but for the last.
        then: (bins,) shares in training.
        now: (bins,).
        what: is on the axis.
    """
    groups = np.arange(len(labels)) // -(-len(labels) // BINS)
    first, second = (100 * np.bincount(groups, shares) for shares in (then, now))
    edges = [labels[int(np.flatnonzero(groups == group).max())] for group in range(len(first))]
    figure, axes = new_figure((4.3, 2.6))
    places = np.arange(len(first))
    axes.bar(places, second, width=0.92, color=style_of("student").colour, alpha=0.85, label="this table")
    axes.stairs(first, np.arange(len(first) + 1) - 0.5, color=style_of("teacher").colour, lw=1.8, label="training")
    shown = _some(len(edges) - 1, 5 if max(map(len, edges)) < 8 else 3)
    axes.set_xticks([place + 0.5 for place in shown], [short(edges[place], 10) for place in shown])
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.set(xlabel=what, ylabel="rows, %")
    axes.set_xlim(-0.6, len(first) - 0.4)
    legend(axes)
    return figure


def plot_names(labels: Sequence[str], then: Sequence[float], now: Sequence[float]) -> Figure:
    """Shares of rows by name: two marks on a line for each, those that moved most, in the order of training.

    Args:
        labels: (names,).
        then: (names,) shares in training.
        now: (names,).
    """
    there = [k for k in range(len(labels)) if then[k] or now[k]]
    moved = sorted(there, key=lambda k: -abs(now[k] - then[k]))[:NAMES]
    order = sorted(moved, key=lambda k: (-then[k], k))
    figure, axes = new_figure((4.3, 1.1 + 0.3 * len(order)))
    lines = range(len(order))
    first, second = ([100 * shares[k] for k in order] for shares in (then, now))
    axes.hlines(lines, first, second, color=MUTED, lw=1.2, zorder=1)
    for values, model, mark, label in ((first, "teacher", "s", "training"), (second, "student", "o", "this table")):
        axes.plot(values, lines, mark, color=style_of(model).colour, ms=6.5, mec=PAPER, mew=0.8, label=label, zorder=2)
    axes.set_yticks(lines, [short(labels[k]) for k in order])
    axes.tick_params(axis="y", colors=INK, labelsize=TEXT - 1)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.grid(axis="x", color=GRID, lw=0.8)
    axes.grid(axis="y", visible=False)
    left_out = len(there) - len(order)
    axes.set_xlabel(
        "rows, %" + (f"\n{left_out:,} that moved less {'is' if left_out == 1 else 'are'} left out" if left_out else "")
    )
    legend(axes)
    return figure


def short(name: str, longest: int = LONGEST) -> str:
    """A name that is cut in the middle if it is long, as matplotlib is to draw it."""
    half = longest // 2
    return plain_text(name if len(name) <= longest else f"{name[: half - 1]}…{name[-half:]}")


def _some(count: int, most: int) -> list[int]:
    """At most so many places of a row of them, evenly spread."""
    if count <= 0:
        return []
    return sorted(set(np.linspace(0, count - 1, min(most, count)).round().astype(int).tolist()))
