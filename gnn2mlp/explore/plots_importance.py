"""What each column contributes to the answers, drawn."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.drawing import SIZE, TEXT, new_figure
from gnn2mlp.explore.theme import GRID, INK, MUTED, PAPER, plain_text, style_of

# So many columns fit, and more nobody reads.
MOST = 15
# Longer names are cut in the middle.
LONGEST = 28


def plot_importance(
    names: Sequence[str],
    mean: Sequence[float] | np.ndarray,
    std: Sequence[float] | np.ndarray,
    what: str = "points of accuracy lost",
    scale: float = 100,
    most: int = MOST,
) -> Figure:
    """A bar for each column, the most important on top, with the standard deviation over repeats.

    Bars that do not exceed two standard deviations are hollow: chance may have made them.

    Args:
        names: (columns,).
        mean: (columns,) what is lost without the column, as `gnn2mlp.evaluate.column_importance` measures it.
        std: (columns,) over the repeats.
        what: is measured.
        scale: a mean is multiplied with before it is drawn.
        most: columns to draw; what is left out is said below.

    Raises:
        DataError: if there is no column, or not a value for each.
    """
    values, spread = scale * np.asarray(mean, float), scale * np.asarray(std, float)
    if not len(names) or values.shape != (len(names),) or spread.shape != values.shape:
        raise DataError(f"expected a mean and a deviation for each column, got {len(names)} names, {values.size} means")
    order = np.argsort(-values, kind="stable")[:most]
    figure, axes = new_figure((SIZE[0], 1.1 + 0.3 * len(order)))
    colour = style_of("student").colour
    tells = values[order] > 2 * spread[order]
    bars = axes.barh(range(len(order)), values[order], height=0.68, color=colour, ec=colour, lw=1.1)
    for bar, clear in zip(bars, tells, strict=True):
        bar.set_facecolor(colour if clear else PAPER)
    axes.errorbar(values[order], range(len(order)), xerr=spread[order], fmt="none", ecolor=INK, elinewidth=1, capsize=2)
    axes.axvline(0, color=MUTED, lw=0.8)
    axes.set_yticks(range(len(order)), [_shortened(str(names[k])) for k in order])
    axes.tick_params(axis="y", colors=INK, labelsize=TEXT - 1)
    axes.set_ylim(len(order) - 0.4, -0.6)
    axes.grid(axis="x", color=GRID, lw=0.8)
    axes.grid(axis="y", visible=False)
    left_out = len(names) - len(order)
    axes.set_xlabel(what + (f"\n{left_out} lesser columns are left out" if left_out else ""))
    return figure


def _shortened(name: str) -> str:
    half = LONGEST // 2
    return plain_text(name if len(name) <= LONGEST else f"{name[: half - 1]}…{name[-half:]}")
