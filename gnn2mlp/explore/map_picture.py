"""The interactive map as a picture, for where neither a widget nor a page can be shown."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from gnn2mlp.explore.drawing import COLUMN
from gnn2mlp.explore.map_packing import unpack
from gnn2mlp.explore.plots_map import plot_code_map
from gnn2mlp.explore.projection import CodeMap


def map_figure(packed: bytes) -> Figure:
    """Nodes as the map shows them to begin with, coloured by its first column of names; without one, by code.

    Args:
        packed: the block that the page's script unpacks.

    Example:
        >>> from gnn2mlp.explore import interactive_map
        >>> figure = map_figure(interactive_map([[0, 0], [1, 1]], {"class": ["a", "b"]}).packed)
        >>> [text.get_text() for text in figure.legends[0].get_texts()]
        ['a', 'b']
    """
    header, arrays = unpack(packed)
    nodes = np.stack([arrays["x"], arrays["y"]], axis=1).astype(float)
    codes = header.get("codes", {"points": [], "nodes": []})
    code = arrays.get("code", np.zeros(len(nodes), np.int64)) - 1
    layout = CodeMap(
        np.reshape(codes["points"], (-1, 2)).astype(float), nodes, code, np.array(codes["nodes"], int), None
    )
    figure = plot_code_map(
        layout, **_colouring(header, arrays, has_codes=bool(codes["nodes"]) and bool((code >= 0).all()))
    )
    figure.axes[0].set_title("", loc="left")  # what a code map says of its axes is not known here
    return figure


def _colouring(header: dict[str, Any], arrays: dict[str, np.ndarray], has_codes: bool) -> dict[str, Any]:
    for column in header["columns"]:
        # A legend of hundreds of names leaves no room for the map.
        if column["kind"] == "names" and len(column["names"]) <= 2 * COLUMN:
            return {"groups": arrays[column["key"]] - 1, "names": column["names"]}
    return {} if has_codes else {"groups": np.zeros(len(arrays["x"]), np.int64), "names": ["node"]}
