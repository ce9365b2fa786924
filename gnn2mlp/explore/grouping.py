"""Nodes in groups that a person can read: by degree, by neighbours of their class, by distance, by class or code."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

# What can only be said of a node whose true class is known.
NEED_TRUTH = frozenset({"class", "homophily"})


class Grouped(NamedTuple):
    """The group of each row, -1 for none, and what each group is called."""

    group: np.ndarray
    texts: tuple[str, ...]


_DEGREES = tuple(f"degree is {text}" for text in ("0", "1", "2", "3 to 4", "5 to 8", "9 to 16", "17 or more"))
_ALIKE = (
    "no neighbour shares its class",
    "fewer than half of its neighbours share its class",
    "half or more of its neighbours share its class",
    "all neighbours share its class",
    "it has no neighbour",
)
_HOPS = (
    "the next training label is 1 link away",
    "the next training label is 2 links away",
    "the next training label is 3 links away",
    "the next training label is 4 links or more away",
    "no training label can be reached",
)


def by_degree(degree: np.ndarray) -> Grouped:
    """Degrees 0, 1, 2, 3 to 4, 5 to 8, 9 to 16, 17 and more.

    Example:
        >>> by_degree(np.array([0, 3, 4, 90])).group.tolist()
        [0, 3, 3, 6]
    """
    octave = 1 + np.ceil(np.log2(np.maximum(degree, 1))).astype(np.int64)
    return Grouped(np.minimum(np.where(degree < 1, 0, octave), len(_DEGREES) - 1), _DEGREES)


def by_homophily(share: np.ndarray) -> Grouped:
    """By the share of neighbours of a node's own class; NaN stands for no neighbour of known class.

    Example:
        >>> by_homophily(np.array([0.0, 0.4, 0.5, 1.0, np.nan])).group.tolist()
        [0, 1, 2, 3, 4]
    """
    known = np.nan_to_num(share, nan=-1.0)
    group = np.select([known < 0, known == 0, known < 0.5, known < 1], [4, 0, 1, 2], 3)
    return Grouped(group.astype(np.int64), _ALIKE)


def by_distance(hops: np.ndarray) -> Grouped:
    """By the number of links to the next training label; -1 stands for no way to any. A training node is in none.

    Example:
        >>> by_distance(np.array([1, 2, 7, -1])).group.tolist()
        [0, 1, 3, 4]
    """
    return Grouped(np.where(hops < 0, 4, np.clip(hops - 1, -1, 3)).astype(np.int64), _HOPS)


def by_name(values: np.ndarray, names: Sequence[str], prefix: str) -> Grouped:
    """By position in `names`, -1 for none, such as classes: `class is gene`."""
    return Grouped(np.asarray(values).astype(np.int64), tuple(f"{prefix} {name}" for name in names))


def most_common(grouped: Grouped, node: np.ndarray, nodes: int) -> Grouped:
    """The group that each node is in for most of its rows; of equally many the first.

    Args:
        grouped: of each row.
        node: of each row, 0 .. nodes - 1.
        nodes: how many there are.

    Example:
        >>> most_common(Grouped(np.array([0, 1, 1, 0]), ("a", "b")), np.array([0, 0, 0, 1]), 3).group.tolist()
        [1, 0, -1]
    """
    inside = grouped.group >= 0
    width = max(1, len(grouped.texts))
    pairs, count = np.unique(node[inside] * width + grouped.group[inside], return_counts=True)
    owner, group = pairs // width, pairs % width
    order = np.lexsort((group, -count, owner))
    first = np.unique(owner[order], return_index=True)
    found = np.full(nodes, -1)
    found[first[0]] = group[order][first[1]]
    return Grouped(found, grouped.texts)
