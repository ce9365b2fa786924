"""How evenly the codes of a run are used, drawn from the few numbers that its results hold."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from gnn2mlp.explore.drawing import new_figure
from gnn2mlp.explore.theme import style_of


def plot_code_ranks(ranks: Sequence[float]) -> Figure:
    """Nodes per code as a falling staircase, from the most used codes to the least.

    Args:
        ranks: mean nodes per code in parts of equally many codes.
    """
    figure, axes = new_figure()
    edges = np.linspace(0, 100, len(ranks) + 1)
    axes.stairs(ranks, edges, fill=True, color=style_of("teacher").colour, alpha=0.85, lw=0)
    axes.set_xlim(0, 100)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter(PercentFormatter())
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("share of the codes, the most used first")
    axes.set_ylabel("nodes per code")
    return figure
