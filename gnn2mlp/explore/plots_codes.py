"""Plots of a codebook's use: each takes arrays that `codebook` made and returns a `Figure`."""

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from gnn2mlp.explore.codebook import CodesByClass, CodeUsage
from gnn2mlp.explore.drawing import TEXT, class_texts, clean_axes, clean_colorbar, new_figure
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.formatting import plural, significant
from gnn2mlp.explore.theme import INK, MODEL_STYLES, MUTED, PAPER

# Times that a row of the heat map is repeated: what smooths over columns narrower than a pixel then leaves rows apart.
REPEAT = 8
BLUE = MODEL_STYLES["teacher"].colour
SHADES = LinearSegmentedColormap.from_list("shades", [PAPER, "#c9dcef", "#6ea3d3", BLUE, "#123a66"])


def plot_code_usage(usage: CodeUsage) -> Figure:
    """Nodes of each code, from the fullest to the emptiest, beside a codebook that is used evenly.

    The title tells utilisation and perplexity; the dotted line ends at the latter.
    """
    figure, axes = new_figure()
    nodes = np.sort(usage.nodes)[::-1]
    codes = nodes.size
    axes.stairs(nodes, np.arange(codes + 1), fill=True, color=BLUE, alpha=0.85)
    even = nodes.sum() / max(usage.perplexity, 1.0)
    axes.plot([0, usage.perplexity, usage.perplexity], [even, even, 0], ":", color=INK, lw=1.4)
    axes.annotate(
        f"as even as {significant(usage.perplexity, 2)} codes\nwith {even:.1f} nodes each",
        (usage.perplexity, even), (0, 6), textcoords="offset points", ha="right", fontsize=TEXT - 1, color=INK,
    )  # fmt: skip
    share = f"{usage.used:,} of {plural(codes, 'code')} used ({100 * usage.utilisation:.0f}%)"
    axes.set_title(f"{share}, perplexity {significant(usage.perplexity, 2)}", color=INK, size=TEXT, loc="left")
    axes.set(xlabel="codes, from most to fewest nodes", ylabel="nodes", xlim=(0, codes), ylim=(0, None))
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    return figure


def plot_code_by_class(by_class: CodesByClass, class_names: Sequence[str] | None = None) -> Figure:
    """A column for each code: its share of each class, and above it the number of its nodes.

    Codes are sorted by their largest class, then by size; those without nodes of known class are left out.
    """
    kept = by_class.table.sum(axis=1) > 0
    table, names = by_class.table[kept], class_texts(class_names, by_class.table.shape[1])
    order = np.lexsort((-table.sum(axis=1), table.argmax(axis=1)))
    table = table[order]
    size, classes = table.sum(axis=1), len(names)
    figure = ShownFigure(figsize=(7.2, 1.7 + 0.26 * max(4, classes)), layout="constrained")
    top, heat = figure.subplots(2, 1, sharex=True, height_ratios=(1, 0.26 * max(4, classes)))
    top.stairs(size, np.arange(size.size + 1) - 0.5, fill=True, color=MUTED, alpha=0.8)
    clean_axes(top)
    top.set(ylabel="nodes", ylim=(0, None))
    top.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    share = np.repeat(100 * (table / size[:, None]).T.astype(np.float32), REPEAT, axis=0)
    extent = (-0.5, size.size - 0.5, classes - 0.5, -0.5)
    image = heat.imshow(share, cmap=SHADES, vmin=0, vmax=100, aspect="auto", extent=extent)
    clean_axes(heat)
    heat.grid(False)
    starts = np.flatnonzero(np.diff(table.argmax(axis=1))) + 0.5
    for axes in (top, heat):
        axes.vlines(starts, 0, 1, transform=axes.get_xaxis_transform(), color=MUTED, lw=0.6)
    heat.set_yticks(range(classes), names)
    heat.tick_params(axis="y", colors=INK)
    heat.set_xlabel(f"{plural(size.size, 'code')}, by their largest class and size")
    heat.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    bar = figure.colorbar(image, ax=[top, heat], fraction=0.03, pad=0.01)
    clean_colorbar(bar, "share of a code's nodes, %")
    title = f"purity {100 * by_class.mean_purity:.1f}%, normalised mutual information {by_class.mutual_information:.2f}"
    top.set_title(title, color=INK, size=TEXT, loc="left")
    return figure
