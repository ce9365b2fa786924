"""Neighbours of the nodes on a map, few of each: what its page shows of a neighbourhood."""

from typing import NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.seeds import derive


class Links(NamedTuple):
    """Neighbours of the nodes that are shown.

    Args:
        degree: int64 (shown,), neighbours of each in the whole graph.
        packed: uint8, for each node in turn the number of neighbours that are stored and their rows among those shown:
            whole numbers of seven bits a byte, low ones first, the eighth bit saying that more follow; a row as its
            difference from the row before it, the node itself to begin with, doubled, and made odd where it is
            negative.
        stored: int64 (shown,), how many neighbours are stored.
    """

    degree: np.ndarray
    packed: np.ndarray
    stored: np.ndarray


def links(edges: np.ndarray, nodes: int, rows: np.ndarray, most: int, seed: int = 0) -> Links:
    """The neighbours of each of `rows` among them, at most `most`, drawn at random where there are more.

    Args:
        edges: int64 (2, edges), in either or both directions.
        nodes: of the whole graph.
        rows: int64 (shown,), ascending, of those shown.
        most: neighbours of a node.
        seed: of the draw.

    Raises:
        DataError: if edges do not fit the nodes.

    Example:
        >>> links(np.array([[0, 1, 2], [1, 2, 2]]), 3, np.array([0, 1]), most=8).degree.tolist()
        [1, 2]
    """
    if edges.ndim != 2 or edges.shape[0] != 2 or (edges.size and not 0 <= edges.min() <= edges.max() < nodes):
        raise DataError(
            f"edges: expected the shape (2, edges) with ends in 0..{nodes - 1}, as there are {nodes} points, got the "
            f"shape {edges.shape}; edges are between rows of the points"
        )
    low, high = np.sort(edges[:, edges[0] != edges[1]], axis=0)
    pairs = np.unique(low.astype(np.int64) * nodes + high)
    low, high = pairs // nodes, pairs % nodes
    degree = np.bincount(np.concatenate([low, high]), minlength=nodes)[rows]
    place = np.full(nodes, -1)
    place[rows] = np.arange(len(rows))
    low, high = place[low], place[high]
    both = (low >= 0) & (high >= 0)
    source, target = np.concatenate([low[both], high[both]]), np.concatenate([high[both], low[both]])
    return _stored(source, target, degree, most, seed)


def _stored(source: np.ndarray, target: np.ndarray, degree: np.ndarray, most: int, seed: int) -> Links:
    lots = np.random.default_rng(derive(seed, "map links")).random(len(source))
    order = np.lexsort((lots, source))
    source, target = source[order], target[order]
    rank = np.arange(len(source)) - np.searchsorted(source, source)
    source, target = source[rank < most], target[rank < most]
    order = np.lexsort((target, source))
    source, target = source[order], target[order]
    count = np.bincount(source, minlength=len(degree))
    before = np.concatenate([[0], target[:-1]])
    first = np.searchsorted(source, np.unique(source))
    before[first] = source[first]
    step = target - before
    zigzag = np.where(step < 0, -2 * step - 1, 2 * step)
    at = np.concatenate([[0], np.cumsum(count)])[:-1]
    return Links(degree, _varints(np.insert(zigzag, at, count)), count)


def _varints(values: np.ndarray) -> np.ndarray:
    """Whole numbers in seven bits a byte, the low ones first; the eighth bit says that more follow."""
    width = 5  # bytes, enough for 32 bits
    septets = values[:, None] >> (7 * np.arange(width)) & 0x7F
    more = values[:, None] >> (7 * np.arange(1, width + 1)) > 0
    used = np.concatenate([np.ones((len(values), 1), dtype=bool), more[:, :-1]], axis=1)
    found: np.ndarray = (septets | (more << 7)).astype(np.uint8)[used]
    return found
