"""Turn a matplotlib figure into an SVG element that can live inside a page next to others."""

import html
import io
import re

import matplotlib
from matplotlib.figure import Figure

from gnn2mlp.explore.theme import VARIABLES

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
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
