"""Whether linked nodes are of one class: the share of such edges, and two measures that class sizes do not decide."""

from typing import NamedTuple

import numpy as np


class Homophily(NamedTuple):
    """How far edges join nodes of one class.

    Args:
        edges: how many have a known class at both ends; all figures are of these. Without any they are NaN.
        edge: share that joins nodes of one class.
        adjusted: the same less what class sizes alone would give, from below 0 to 1; 0: as good as chance.
            Platonov et al., Characterizing graph datasets for node classification, NeurIPS 2023.
        insensitive: mean over classes of how far the share of their neighbours of the same class exceeds the share of
            nodes of that class, from 0 to 1. Lim et al., Large scale learning on non-homophilous graphs, NeurIPS 2021.
    """

    edges: int
    edge: float
    adjusted: float
    insensitive: float


def homophily(edge_index: np.ndarray, codes: np.ndarray) -> Homophily:
    """Homophily of the edges both of whose ends have a class.

    Args:
        edge_index: int64 (2, edges), in either or both directions; each counts in both.
        codes: int64 (nodes,), class from 0, -1 where unknown.

    Example:
        >>> homophily(np.array([[0, 1, 2], [1, 2, 3]]), np.array([0, 0, 1, 1]))._asdict()["edge"]
        0.6666666666666666
    """
    source, target = codes[edge_index[0]], codes[edge_index[1]]
    known = (source >= 0) & (target >= 0)
    source, target = source[known], target[known]
    if not source.size:
        return Homophily(0, *[float("nan")] * 3)
    classes = int(codes.max()) + 1
    same = source == target
    share = float(same.mean())
    # Ends of edges by class, each edge in both directions.
    ends = np.bincount(source, minlength=classes) + np.bincount(target, minlength=classes)
    chance = float(((ends / ends.sum()) ** 2).sum())
    alike = 2 * np.bincount(source[same], minlength=classes)
    sizes = np.bincount(codes[codes >= 0], minlength=classes) / max(1, int((codes >= 0).sum()))
    excess = np.clip(alike / np.maximum(ends, 1) - sizes, 0, None)
    adjusted = (share - chance) / (1 - chance) if chance < 1 else float("nan")
    return Homophily(int(source.size), share, adjusted, float(excess.sum() / max(1, classes - 1)))


def hyperedge_homophily(hyperedge_index: np.ndarray, codes: np.ndarray) -> Homophily:
    """Likewise of hyperedges: how probable it is that two members of one, drawn at random, are of one class.

    `edge` is the mean over the hyperedges with two members of known class or more, and `adjusted` the same less what
    two members of any hyperedges would give; `insensitive` is NaN.

    Args:
        hyperedge_index: int64 (2, incidences), node and hyperedge.
        codes: int64 (nodes,), class from 0, -1 where unknown.

    Example:
        >>> found = hyperedge_homophily(np.array([[0, 1, 2, 2, 3], [0, 0, 0, 1, 1]]), np.array([0, 0, 1, 1]))
        >>> found.edges, round(found.edge, 3)  # one pair of three is alike, then one of one
        (2, 0.667)
    """
    node, hyperedge = hyperedge_index
    known = codes[node] >= 0
    label, hyperedge = codes[node][known].astype(np.int64), hyperedge[known]
    size = np.bincount(hyperedge)
    several = size > 1
    if not several.any():
        return Homophily(0, *[float("nan")] * 3)
    classes = int(label.max()) + 1
    # Members of each class in each hyperedge, of those pairs that occur.
    pairs, members = np.unique(hyperedge * classes + label, return_counts=True)
    alike = np.bincount(pairs // classes, weights=members * (members - 1.0), minlength=size.size)
    share = float((alike[several] / (size[several] * (size[several] - 1.0))).mean())
    kept = several[hyperedge]
    of_class = np.bincount(label[kept], minlength=classes) / kept.sum()
    chance = float((of_class**2).sum())
    adjusted = (share - chance) / (1 - chance) if chance < 1 else float("nan")
    return Homophily(int(several.sum()), share, adjusted, float("nan"))
