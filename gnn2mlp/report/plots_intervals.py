"""Scores with their intervals: a line for each model, in a panel for each group of nodes."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from gnn2mlp.explore.drawing import SIZE, TEXT, clean_axes
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.theme import INK, MUTED, style_of

LABELS = {"linear": "Linear model", "boosting": "Gradient boosting"}


def plot_intervals(
    scores: Mapping[str, Mapping[str, Mapping[str, Any]]],
    metric: Mapping[str, Any],
    populations: tuple[str, ...] = ("unseen", "seen"),
    of: str = "nodes",
) -> Figure:
    """Points and 95 % intervals of each model, the groups of nodes one above the other on one axis.

    Args:
        scores: by model and population, `value`, `low` and `high`.
        metric: `title`, and `share`: whether scores are drawn in per cent.
        populations: those that are drawn, the first on top.
        of: what they are groups of.
    """
    scale, models = 100 if metric["share"] else 1, list(scores)
    figure = ShownFigure(figsize=(SIZE[0], 0.5 + 0.3 * (len(models) + 1) * len(populations)), layout="constrained")
    panels = figure.subplots(len(populations), 1, sharex=True, squeeze=False)[:, 0]
    for axes, population in zip(panels, populations, strict=True):
        for place, model in enumerate(models):
            one, style = scores[model][population], style_of(model)
            value, low, high = (scale * one[key] for key in ("value", "low", "high"))
            axes.plot([low, high], [place, place], "-", color=style.colour, lw=2.2, solid_capstyle="butt")
            axes.plot([value], [place], "o", color=style.colour, ms=6)
            axes.annotate(
                f"{value:.1f}" if metric["share"] else f"{value:.3g}", (value, place), (0, 5),
                textcoords="offset points", ha="center", va="bottom", fontsize=TEXT - 1, color=INK,
            )  # fmt: skip
        clean_axes(axes)
        axes.set_yticks(range(len(models)), [LABELS.get(model) or style_of(model).label for model in models])
        axes.set_ylim(len(models) - 0.5, -0.9)
        axes.set_title(f"{population} {of}", loc="left", fontsize=TEXT, color=MUTED)
    panels[-1].set_xlabel(f"{metric['title']}{', %' if metric['share'] else ''}")
    return figure
