"""Which nodes a map shows, and in which order: a sample that keeps what is sparse, drawn in no order of classes."""

import numpy as np

from gnn2mlp.core.seeds import derive

# Cells along each axis of the grid on which density is counted.
GRID = 100


def sample_by_density(points: np.ndarray, most: int, seed: int = 0) -> np.ndarray:
    """At most `most` rows, in order: crowded places are thinned, sparse ones kept.

    A row is drawn with a weight of 1 / √(points in its cell of a grid), without replacement (Efraimidis & Spirakis,
    Information Processing Letters 2006): a cell with a hundred times the points shows ten times as many.

    Args:
        points: (points, 2).
        most: rows to keep.
        seed: of the draw.

    Returns:
        int64 (kept,), ascending.

    Example:
        >>> crowd = np.concatenate([np.zeros((990, 2)), np.linspace(1, 2, 20).reshape(10, 2)])
        >>> kept = sample_by_density(crowd, 100)
        >>> len(kept), int((kept >= 990).sum())
        (100, 8)
    """
    if len(points) <= most:
        return np.arange(len(points))
    uniform = np.random.default_rng(derive(seed, "map sample")).random(len(points))
    key = np.log(uniform) * np.sqrt(crowding(points))
    return np.sort(np.argpartition(-key, most)[:most])


def crowding(points: np.ndarray, cells: int = GRID) -> np.ndarray:
    """(points,): the number of points in the cell of each, itself included, on a grid of `cells` x `cells`."""
    if not len(points):
        return np.zeros(0, dtype=np.int64)
    low, high = points.min(axis=0), points.max(axis=0)
    place = ((points - low) / np.maximum(high - low, np.finfo(float).tiny) * cells).astype(np.int64).clip(0, cells - 1)
    cell = place[:, 0] * cells + place[:, 1]
    found: np.ndarray = np.bincount(cell)[cell]
    return found


def drawing_order(count: int, seed: int = 0) -> np.ndarray:
    """A permutation in which points are drawn, so that where classes overlap none of them covers the others."""
    order: np.ndarray = np.random.default_rng(derive(seed, "drawing order")).permutation(count)
    return order
