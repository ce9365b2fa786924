"""Rows of nodes that a person names: by their names or ids, or by row numbers where nodes have none."""

from collections import Counter
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError, listing
from gnn2mlp.data.nodes import NodeData


def node_rows(data: NodeData, nodes: Any, who: str) -> np.ndarray:
    """Rows int64, in the shape that they are given in.

    Args:
        data: the nodes.
        nodes: what nodes are called, where they have names; else row numbers. Of any shape.
        who: asks, for messages.

    Raises:
        DataError: for nodes that there are not, or names that several nodes have; the message lists up to five.

    Example:
        >>> import torch
        >>> from gnn2mlp.data import graph_from_arrays
        >>> pair = graph_from_arrays(torch.eye(2), [0, 1], [[0], [1]], name="pair")
        >>> node_rows(pair, ["1", "0"], "explain").tolist()
        [1, 0]
        >>> node_rows(pair, [7], "explain")
        Traceback (most recent call last):
        gnn2mlp.core.errors.DataError: explain: expected nodes of pair as rows, integers in 0..1, got 7
    """
    given = np.asarray(nodes)
    names = None if data.node_names is None else {str(name): row for row, name in enumerate(data.node_names.tolist())}
    flat = given.ravel().tolist()
    rows = [_row(one, data.num_nodes) if names is None else names.get(str(one), -1) for one in flat]
    unknown = [str(one) or repr(one) for one, row in zip(flat, rows, strict=True) if row < 0]
    if unknown and names is None:
        raise DataError(
            f"{who}: expected nodes of {data.name} as rows, integers in 0..{data.num_nodes - 1}, got {listing(unknown)}"
        )
    if unknown:
        example = next(iter(names or {}))
        raise DataError(f"{who}: {data.name} has no node {listing(unknown)}; name nodes by ids such as {example}")
    if names is not None and len(names) < data.num_nodes:
        count = Counter(str(name) for name in data.node_names.tolist())  # type: ignore[union-attr]
        if several := [str(one) for one in flat if count[str(one)] > 1]:
            raise DataError(
                f"{who}: several nodes of {data.name} are called {listing(several)}; give each node a name of its own"
            )
    return np.array(rows, dtype=np.int64).reshape(given.shape)


def _row(one: Any, count: int) -> int:
    """The row that a number or text says; -1 for none."""
    try:
        row = float(one)
    except (TypeError, ValueError):
        return -1
    return int(row) if 0 <= row < count and row.is_integer() else -1
