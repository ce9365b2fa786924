"""Where models disagree, drawn: how each fares on every group of nodes, and which class is taken for which."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.transforms import blended_transform_factory

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.intervals import Interval
from gnn2mlp.explore.drawing import TEXT, new_figure
from gnn2mlp.explore.theme import GRID, INK, MUTED, PAPER, plain_text, style_of

MARKS = {"teacher": "s", "student": "o", "mlp": "D"}
# Letters of a line; classes of which a matrix is drawn, and of which it holds numbers.
LINE, MOST_CLASSES, WITH_NUMBERS = 24, 30, 16
# Inches: narrow, so that text stays legible on a telephone.
_WIDTH = 4.0
# Models of a line of the legend.
_BESIDE = 3


def plot_groups(
    texts: Sequence[str],
    scores: Mapping[str, Sequence[Interval | None]],
    nodes: Sequence[int],
    what: str = "right, %",
    scale: float = 100,
) -> Figure:
    """A line for each group of nodes, a mark with its interval for each model.

    Args:
        texts: (groups,).
        scores: by model, of each group; `None` where there is none.
        nodes: (groups,), how many there are.
        what: is drawn.
        scale: values are multiplied with before they are drawn.

    Raises:
        DataError: if there is no group, or not a score for each.
    """
    lengths = {model: len(each) for model, each in scores.items()}
    if not texts or set(lengths.values()) != {len(texts)} or len(nodes) != len(texts):
        raise DataError(f"expected a score of every model for each of {len(texts)} groups, got {lengths}")
    figure, axes = new_figure((_WIDTH, 1.2 + (0.24 + 0.13 * len(scores)) * len(texts)))
    for number, (model, found) in enumerate(scores.items()):
        here = [k for k, one in enumerate(found) if one is not None]
        values = [one for one in found if one is not None]
        y = np.array(here) + (number - (len(scores) - 1) / 2) * 0.22
        label, colour, _ = style_of(model)
        middle = scale * np.array([one.value for one in values])
        ends = scale * np.array([[one.value - one.low, one.high - one.value] for one in values]).reshape(-1, 2).T
        axes.errorbar(middle, y, xerr=np.nan_to_num(np.maximum(ends, 0)), fmt="none", ecolor=colour, elinewidth=1.6)
        axes.plot(
            middle, y, ls="", marker=MARKS.get(model, "^"), color=colour, ms=6, mec=PAPER, mew=0.8, label=label,
            gid=f"groups-{model}",
        )  # fmt: skip
    lines = [f"{_wrapped(text)}\n{count:,}" for text, count in zip(texts, nodes, strict=True)]
    axes.set_yticks(range(len(texts)), lines)
    axes.tick_params(axis="y", colors=INK, labelsize=TEXT - 1)
    axes.set_ylim(len(texts) - 0.45, -0.55)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x", color=GRID, lw=0.8)
    for line in range(1, len(texts)):
        axes.axhline(line - 0.5, color=GRID, lw=0.8)
    axes.set_xlabel(what)
    rows = -(-len(scores) // _BESIDE)
    # From the figure's left edge: beside long texts the axes are too narrow for it.
    above = blended_transform_factory(figure.transFigure, axes.transAxes)
    axes.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), bbox_transform=above, ncols=min(len(scores), _BESIDE),
        frameon=False, fontsize=TEXT, labelcolor=INK, handlelength=1.3, columnspacing=1.4,
    )  # fmt: skip
    figure.set_figheight(figure.get_figheight() + 0.2 * rows)
    return figure


def plot_confusion(counts: np.ndarray, names: Sequence[str], model: str = "student") -> Figure:
    """A confusion matrix: true classes as rows, the share of each row as the depth of the colour, counts as numbers.

    Args:
        counts: int (classes, classes), as `gnn2mlp.evaluate.confusion.confusion_matrix` gives it.
        names: of the classes; of more than 30 those are drawn that are confused most.
        model: whose colour it has.

    Raises:
        DataError: if the matrix is not as long as the names.
    """
    matrix = np.asarray(counts)
    if matrix.shape != (len(names), len(names)) or not len(names):
        raise DataError(f"expected counts of {len(names)} x {len(names)} classes, got {matrix.shape}")
    kept = most_confused(matrix, MOST_CLASSES)
    matrix, shown = matrix[np.ix_(kept, kept)], [_short(names[k]) for k in kept]
    side = 1.6 + 0.3 * len(kept)
    figure, axes = new_figure((side + 0.6, side))
    share = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    colour = style_of(model).colour
    for (row, column), value in np.ndenumerate(share):
        if matrix[row, column]:
            axes.add_patch(_cell(row, column, colour, 0.12 + 0.7 * float(value)))
            if len(kept) <= WITH_NUMBERS:
                axes.text(column, row, f"{matrix[row, column]:,}", ha="center", va="center", size=TEXT - 2, color=INK)
    axes.set_xticks(range(len(kept)), shown, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(kept)), shown)
    axes.tick_params(colors=INK, labelsize=TEXT - 1)
    axes.set_xlim(-0.5, len(kept) - 0.5)
    axes.set_ylim(len(kept) - 0.5, -0.5)
    axes.set_aspect("equal")
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
    axes.set_xlabel("answer")
    axes.set_ylabel("class")
    axes.xaxis.label.set(color=MUTED)
    return figure


def most_confused(counts: np.ndarray, most: int) -> np.ndarray:
    """Positions of the classes, of more than `most` those with the most wrong answers from or to them."""
    if len(counts) <= most:
        return np.arange(len(counts))
    wrong = counts - np.diag(np.diag(counts))
    found: np.ndarray = np.sort(np.argsort(-(wrong.sum(axis=0) + wrong.sum(axis=1)), kind="stable")[:most])
    return found


def _cell(row: int, column: int, colour: str, alpha: float) -> Rectangle:
    return Rectangle((column - 0.47, row - 0.47), 0.94, 0.94, facecolor=colour, alpha=alpha, lw=0)


def _wrapped(text: str) -> str:
    return plain_text("\n".join(textwrap.wrap(text, LINE)[:3]) or text)


def _short(name: str) -> str:
    return plain_text(name if len(name) <= LINE else f"{name[: LINE - 1]}…")
