"""A critical-difference picture: average ranks over data sets, and which models could be alike."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gnn2mlp.evaluate import Ranking
from gnn2mlp.explore.drawing import SIZE, TEXT
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.theme import INK, MUTED, plain_text, style_of

_STUDENT = style_of("student").colour
# Inches: of a line of a name, of a bar over groups, around the axis, of the axis, and of a letter.
_LINE, _BAR, _AROUND, _AXIS, _LETTER = 0.24, 0.13, 0.75, 1.5, 0.08
_WIDEST = 7.2


def plot_ranks(found: Ranking) -> Figure:
    """Average ranks on one axis, the best on the left; a bar joins models none of whose pairs differ.

    After Demšar, JMLR 7, 2006. With Nemenyi's rule a ruler above the axis is as long as the critical difference.

    Args:
        found: of `gnn2mlp.evaluate.ranked`.
    """
    count = len(found.models)
    half = (count + 1) // 2
    height = _AROUND + _BAR * len(found.groups) + _LINE * half + (0.3 if found.distance else 0.0)
    # Names stand on both sides of the axis, each with a rank of four digits.
    names = sum(max(map(len, part), default=0) + 6 for part in (found.models[:half], found.models[half:]))
    width = min(_WIDEST, max(SIZE[0], _AXIS + _LETTER * names))
    figure = ShownFigure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    axes.set_axis_off()
    axes.set_facecolor("none")
    axes.set_xlim(1 - 0.02 * count, count + 0.02 * count)
    bottom = -(_BAR * len(found.groups) + _LINE * half + 0.12)
    axes.set_ylim(bottom, 0.55 + (0.3 if found.distance else 0.0))
    _axis(axes, count)
    _ruler(axes, found)
    for level, (first, last) in enumerate(found.groups):
        y = -_BAR * (level + 0.9)
        # A little longer than from rank to rank, so that a bar over equal ranks is seen.
        axes.plot(
            [found.ranks[first] - 0.03, found.ranks[last] + 0.03], [y, y], "-", color=_STUDENT, lw=4,
            solid_capstyle="round", gid=f"group-{first}-{last}",
        )  # fmt: skip
    for place, (model, rank) in enumerate(zip(found.models, found.ranks, strict=True)):
        left = place < half
        line = place if left else count - 1 - place
        y = -(_BAR * len(found.groups) + _LINE * (line + 0.75))
        edge = 1 - 0.02 * count if left else count + 0.02 * count
        axes.plot([rank, rank, edge], [0, y, y], "-", color=MUTED, lw=0.9)
        axes.annotate(
            f"{plain_text(model)}  {rank:.2f}" if left else f"{rank:.2f}  {plain_text(model)}", (edge, y),
            (-3 if left else 3, 0), textcoords="offset points", ha="right" if left else "left", va="center",
            fontsize=TEXT, color=INK, annotation_clip=False,
        )  # fmt: skip
    return figure


def _axis(axes: Axes, count: int) -> None:
    axes.plot([1, count], [0, 0], "-", color=INK, lw=1.1)
    for rank in range(1, count + 1):
        axes.plot([rank, rank], [0, 0.09], "-", color=INK, lw=1.1)
        axes.annotate(
            str(rank), (rank, 0.11), (0, 2), textcoords="offset points", ha="center", va="bottom", fontsize=TEXT,
            color=MUTED,
        )  # fmt: skip


def _ruler(axes: Axes, found: Ranking) -> None:
    """The critical difference, from rank 1 on."""
    if found.distance is None:
        return
    end, y = 1 + found.distance, 0.62
    axes.plot([1, end], [y, y], "|-", color=INK, lw=1.2, ms=6, gid="critical-difference")
    axes.annotate(
        f"critical difference {found.distance:.2f}", (end, y), (6, 0), textcoords="offset points", ha="left",
        va="center", fontsize=TEXT - 1, color=MUTED,
    )  # fmt: skip
