"""Plots of how pairs are ranked: Hits@K over K, and the scores of links beside those of other pairs."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.drawing import SIZE, legend, log_scale, new_figure
from gnn2mlp.explore.theme import GRID, MUTED, style_of

# Per cent of the pairs of a bin at which the logarithmic axis of a histogram begins.
_FLOOR = 0.1


def plot_hits(curves: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """Hits@K over K on a logarithmic axis, a line for each model; dotted lines mark 20 and 50.

    Left is the top of the ranking, where the few best of the pairs that are no links compete; right is the whole of it.
    Where two lines cross, AUC and Hits@20 may name different winners.

    Args:
        curves: `{model: {"k": [...], "hits": [shares of 1]}}`, as `hits_curve` gives them.

    Raises:
        DataError: if there is no curve.

    Example:
        >>> plot_hits({"student": {"k": [1, 10, 100], "hits": [0.1, 0.5, 0.9]}}).axes[0].get_xscale()
        'log'
    """
    if not any(curve["k"] for curve in curves.values()):
        raise DataError("plot_hits: expected at least one curve, got none; score pairs first")
    figure, axes = new_figure((SIZE[0], 3.1))
    most = max(max(curve["k"]) for curve in curves.values())
    for k in (20, 50):
        if k <= most:
            axes.axvline(k, color=MUTED, lw=0.8, ls=":", zorder=1)
    for model, curve in curves.items():
        style = style_of(model)
        hits = 100 * np.asarray(curve["hits"], float)
        axes.plot(curve["k"], hits, style.line, color=style.colour, lw=1.8, label=style.label, gid=f"hits-{model}")
    axes.set_xlim(1, max(most, 2))
    axes.set_ylim(0, 101)
    log_scale(axes, "x")
    axes.set_xlabel("K")
    axes.set_ylabel("Hits@K, %")
    legend(axes)
    return figure


def plot_pair_scores(model: str, positives: Sequence[float], negatives: Sequence[float]) -> Figure:
    """How probable a model calls links and other pairs: a histogram of each, of equal bins, on a logarithmic axis.

    Args:
        model: whose scores.
        positives: how many links are in each bin.
        negatives: how many other pairs; as many bins.

    Raises:
        DataError: if they have different numbers of bins, or there is no pair on one side.

    Example:
        >>> figure = plot_pair_scores("student", [0, 2, 8], [9, 1, 0])
        >>> figure.axes[0].get_ylabel()
        'share of pairs, %'
    """
    if len(positives) != len(negatives) or not sum(positives) or not sum(negatives):
        raise DataError(
            f"plot_pair_scores: expected counts of links and of other pairs in the same bins, got {len(positives)} and "
            f"{len(negatives)} bins of {sum(positives):,.0f} and {sum(negatives):,.0f} pairs"
        )
    figure, axes = new_figure((SIZE[0], 2.6))
    edges = np.linspace(0, 1, len(positives) + 1)
    style = style_of(model)
    shares = {name: 100 * np.asarray(c, float) / sum(c) for name, c in (("links", positives), ("others", negatives))}
    # A confident model has nearly all other pairs in its first bin, which would flatten the rest.
    drawn = {name: np.maximum(values, _FLOOR) for name, values in shares.items()}
    axes.stairs(drawn["links"], edges, color=style.colour, fill=True, alpha=0.28, lw=0, baseline=_FLOOR)
    axes.stairs(drawn["links"], edges, color=style.colour, lw=1.8, label="Links", gid="links", baseline=_FLOOR)
    axes.stairs(
        drawn["others"], edges, color=MUTED, lw=1.6, ls="--", label="Other pairs", gid="others", baseline=_FLOOR
    )
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(_FLOOR, 120)
    log_scale(axes, "y")
    axes.grid(axis="x", color=GRID, lw=0.8)
    axes.set_xlabel("probability of a link")
    axes.set_ylabel("share of pairs, %")
    legend(axes)
    return figure
