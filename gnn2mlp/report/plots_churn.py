"""Accuracy against churn, drawn: what keeping to the deployed model costs, and what it saves."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure

from gnn2mlp.explore.drawing import TEXT, legend, new_figure
from gnn2mlp.explore.theme import GRID, INK, MUTED, PAPER, style_of


def plot_churn(found: Mapping[str, Any]) -> Figure:
    """A mark for each weight, accuracy against the share of changed answers, with 95 % intervals; the best is top left.

    Args:
        found: `deployed`, the accuracy of the deployed model; `weight`, the one that was chosen; `points`, for each
            weight `accuracy` and `churn`, each with `value`, `low` and `high`.
    """
    figure, axes = new_figure((4.3, 3.2))
    points = sorted(found["points"], key=lambda one: one["weight"])
    x, y = ([100 * one[key]["value"] for one in points] for key in ("churn", "accuracy"))
    colour = style_of("student").colour
    for one in points:
        across, up = 100 * one["churn"]["value"], 100 * one["accuracy"]["value"]
        axes.plot([100 * one["churn"][k] for k in ("low", "high")], [up, up], color=GRID, lw=1.6, zorder=1)
        axes.plot([across, across], [100 * one["accuracy"][k] for k in ("low", "high")], color=GRID, lw=1.6, zorder=1)
    axes.plot(x, y, "-", color=colour, lw=1.2, zorder=2)
    axes.plot(x, y, "o", color=colour, ms=6.5, mec=PAPER, mew=0.8, label="student", zorder=3, gid="weights")
    for one, across, up in zip(points, x, y, strict=True):
        if one["weight"] == found["weight"]:
            axes.plot([across], [up], "o", ms=12, mfc="none", mec=INK, mew=1.4, label="this fit", zorder=4)
        axes.annotate(
            f"{one['weight']:g}", (across, up), (0, 9), textcoords="offset points", ha="center", va="bottom",
            fontsize=TEXT - 1, color=INK, bbox={"pad": 0.6, "fc": PAPER, "ec": "none"},
        )  # fmt: skip
    before = 100 * found["deployed"]["value"]
    axes.axhline(before, color=MUTED, lw=1.2, ls="--", label="deployed model", zorder=1)
    axes.set(xlabel="answers that change, %", ylabel="accuracy, %")
    axes.grid(axis="x", color=GRID, lw=0.8)
    legend(axes)
    return figure
