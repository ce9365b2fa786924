"""Whom to trust, drawn: accuracy by score, accuracy on the most trusted nodes, scores by degree."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.drawing import TEXT, legend, new_figure
from gnn2mlp.explore.theme import INK, MUTED, PAPER, style_of

# A curve is drawn with at most this many points: more than its width in the report can show.
CURVE_POINTS = 300
# The fewer nodes a curve starts with, the wilder it is: the first is at this share of all.
SMALLEST_SHARE = 0.05
# The highest degrees are joined until at least this many nodes have one of them.
FEW = 10
# So many boxes stand beside each other without their names touching.
MOST_BOXES = 8


def plot_accuracy_by_score(measures: Mapping[str, Mapping[str, Sequence[float]]]) -> Figure:
    """Accuracy in bins of equally many nodes, from the least trusted to the most; a line for each score.

    A score that tells right from wrong rises; one that tells nothing lies level.

    Args:
        measures: `{score: {"accuracy": fractions, "count": nodes}}`, one value per bin; empty bins are left out.
    """
    figure, axes = new_figure()
    bins = max((len(measure["count"]) for measure in measures.values()), default=1)
    for name, measure in measures.items():
        accuracy, filled = np.asarray(measure["accuracy"], float), np.asarray(measure["count"]) > 0
        label, colour, line = style_of(name)
        axes.plot(
            np.arange(1, accuracy.size + 1)[filled], 100 * accuracy[filled], line, color=colour, lw=1.7,
            marker="o", ms=4.5, mec=PAPER, mew=0.8, label=label, gid=f"bins-{name}",
        )  # fmt: skip
    axes.set_ylim(top=102)
    axes.set_xticks(range(1, bins + 1))
    axes.set_xlabel(f"nodes in {bins} equal parts, least to most trusted")
    axes.set_ylabel("accuracy, %")
    legend(axes)
    return figure


def plot_coverage(coverage: Mapping[str, Sequence[float] | np.ndarray]) -> Figure:
    """Accuracy on the most trusted share of the nodes; a line for each score. All lines end in the same point.

    Args:
        coverage: by score: accuracy on the k most trusted nodes, at k - 1; fractions.
    """
    figure, axes = new_figure()
    for name, values in coverage.items():
        accuracy = np.asarray(values, float)
        first = int(np.ceil(SMALLEST_SHARE * accuracy.size))
        kept = np.unique(np.linspace(max(1, first), accuracy.size, CURVE_POINTS).astype(int))[: accuracy.size]
        if accuracy.size:
            label, colour, line = style_of(name)
            axes.plot(
                100 * kept / accuracy.size, 100 * accuracy[kept - 1], line, color=colour, lw=1.7,
                label=label, gid=f"coverage-{name}",
            )  # fmt: skip
    axes.set_xlim(0, 100)
    axes.set_ylim(top=min(100.8, axes.get_ylim()[1] + 0.5))
    axes.xaxis.set_major_formatter(PercentFormatter())
    axes.set_xlabel("most trusted share of the nodes")
    axes.set_ylabel("accuracy, %")
    legend(axes)
    return figure


def plot_by_degree(degree: Sequence[float] | np.ndarray, score: Sequence[float] | np.ndarray, name: str) -> Figure:
    """Boxes of a score by degree: the quartiles, and whiskers to the 10th and 90th percentile.

    Degrees are 0, 1, 2, 3-4, 5-8, 9-16 and so on, the last ones joined if few nodes have them, or they are
    many; below each, how many nodes, of ten thousand on in thousands.

    Args:
        degree: of each node.
        score: of each node.
        name: of the score, one of `SCORES` or any other.

    Raises:
        DataError: if there is no node, or the two differ in length.
    """
    degrees, values = np.asarray(degree), np.asarray(score, float)
    if degrees.shape != values.shape or not values.size:
        raise DataError(f"expected a degree and a score for each node, got {degrees.size} and {values.size}")
    figure, axes = new_figure()
    octave = degree_octaves(degrees)
    found = np.unique(octave)
    last = max((k for k in found[:MOST_BOXES] if (octave >= k).sum() >= FEW), default=0)
    joined = np.minimum(octave, last)
    groups = [values[joined == k] for k in np.unique(joined)]
    axes.boxplot(
        groups, whis=(10, 90), showfliers=False, widths=0.6, patch_artist=True,
        boxprops={"facecolor": style_of(name).colour, "alpha": 0.75, "lw": 0}, medianprops={"color": INK, "lw": 1.6},
        whiskerprops={"color": MUTED}, capprops={"color": MUTED},
    )  # fmt: skip
    texts = [_octave_text(k, and_above=k == last < octave.max()) for k in np.unique(joined)]
    texts = [f"{text}\n{_count_text(len(group))}" for text, group in zip(texts, groups, strict=True)]
    axes.set_xticks(range(1, len(groups) + 1), texts)
    axes.tick_params(axis="x", colors=INK, labelsize=TEXT)
    axes.set_xlabel("degree, and nodes that have it")
    axes.set_ylabel(style_of(name).label.lower())
    return figure


def degree_octaves(degrees: np.ndarray) -> np.ndarray:
    """The class of each degree: 0 -> 0, 1 -> 1, 2 -> 2, 3-4 -> 3, 5-8 -> 4, 9-16 -> 5, ..."""
    positive = np.maximum(degrees, 1)
    return np.where(degrees < 1, 0, 1 + np.ceil(np.log2(positive))).astype(int)


def _octave_text(octave: int, and_above: bool) -> str:
    high = 2 ** int(octave - 1) if octave else 0
    low = high // 2 + 1 if high > 2 else high
    if and_above:
        return f"{low}+"
    return str(high) if low == high else f"{low}–{high}"


def _count_text(nodes: int) -> str:
    return f"{nodes:,}" if nodes < 10_000 else f"{nodes / 1000:,.0f}k"
