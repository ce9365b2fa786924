"""How far attacks go on a model before it forgot, now, and on one that was trained anew."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from gnn2mlp.explore.drawing import SIZE, TEXT, clean_axes
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.theme import GRID, INK, MUTED, Style

MODELS = {
    "before": Style("Before", "#8d949e", "-"),
    "after": Style("Now", "#d9720f", "-"),
    "reference": Style("Trained anew", "#2a6cb0", "-"),
}
_MARKS = {"before": "s", "after": "o", "reference": "D"}


def plot_attacks(attacks: Sequence[tuple[str, Mapping[str, Any]]]) -> Figure:
    """The area of each attack with its 95 % interval, a group of lines for each; 0.5 is where rows are unknown.

    Args:
        attacks: what each is called, and by model `auc`, `low` and `high`; from top to bottom.
    """
    there = [name for name in MODELS if any(name in found for _, found in attacks)]
    figure = ShownFigure(figsize=(SIZE[0], 0.9 + 0.27 * (len(there) + 1) * len(attacks)), layout="constrained")
    axes = figure.subplots()
    axes.axvline(0.5, color=MUTED, lw=1, ls=":")
    for group, (_, found) in enumerate(attacks):
        for place, name in enumerate(there):
            if name in found:
                y = group * (len(there) + 1) + place
                one, style = found[name], MODELS[name]
                axes.plot([one["low"], one["high"]], [y, y], "-", color=style.colour, lw=2.2, solid_capstyle="butt")
                label = style.label if group == 0 else None
                axes.plot([one["auc"]], [y], _MARKS[name], color=style.colour, ms=6, label=label)
                axes.annotate(
                    f"{one['auc']:.2f}", (max(one["auc"], one["high"]), y), (6, 0),
                    textcoords="offset points", ha="left", va="center", fontsize=TEXT - 1, color=INK,
                )  # fmt: skip
        if group:
            axes.axhline(group * (len(there) + 1) - 1, color=GRID, lw=1)
    clean_axes(axes)
    middles = [group * (len(there) + 1) + (len(there) - 1) / 2 for group in range(len(attacks))]
    axes.set_yticks(middles, [name for name, _ in attacks])
    axes.set_ylim(len(attacks) * (len(there) + 1) - 1.4, -0.7)
    axes.set_xlim(-0.03, 1.08)
    axes.set_xlabel("AUC of the attack")
    axes.grid(visible=False)
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside upper left", ncols=len(there), frameon=False, fontsize=TEXT,
        labelcolor=INK, handlelength=1.3, columnspacing=1.4,
    )  # fmt: skip
    return figure
