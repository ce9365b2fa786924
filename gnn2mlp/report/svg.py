"""Turn a matplotlib figure into an SVG element that can live inside a page next to others."""

import html
import io
import re

import matplotlib
from matplotlib.figure import Figure

from gnn2mlp.explore.theme import VARIABLES

# CSS pixels that no text of a figure is smaller than, and that its usual text is at most: a page may stretch it so far.
LEAST, MOST = 10.0, 14.5

_NO_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}


def inline_svg(figure: Figure, key: str, description: str) -> str:
    """The figure as one `<svg>` element: text stays text in the page's font, colours become CSS variables.

    Equal figures give equal text, so a report made again from the same results is the same file.

    Args:
        figure: what to draw.
        key: unique within the page; prefixed to every id, as ids of different figures would clash.
        description: what a screen reader says.
    """
    buffer = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": key}):
        figure.savefig(buffer, format="svg", transparent=True, metadata=_NO_METADATA)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]  # a page has no room for an XML declaration
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{key}-", svg)
    for colour, variable in VARIABLES.items():
        svg = svg.replace(colour, f"var({variable})")
    label = html.escape(description, quote=True)
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}" style="{_widths(svg)}"', 1)


def _widths(svg: str) -> str:
    """Between which widths a page may show the figure: at the least, its smallest text can still be read."""
    width = float(re.search(r'viewBox="0 0 ([\d.]+)', svg)[1])  # type: ignore[index]  # matplotlib writes it
    sizes = sorted(float(size) for size in re.findall(r"font(?:-size)?: (?:\w+ )*([\d.]+)px", svg)) or [LEAST]
    usual = sizes[len(sizes) // 2]
    least = width * LEAST / sizes[0]
    return f"min-width: {least:.0f}px; max-width: {max(least, width * MOST / usual):.0f}px"
