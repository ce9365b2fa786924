"""The hierarchy of a codebook: which codes would become one first, if there were fewer."""

from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from scipy.cluster.hierarchy import dendrogram, fcluster

from gnn2mlp.core.limits import check_count
from gnn2mlp.explore.drawing import TEXT, clean_axes
from gnn2mlp.explore.figure import ShownFigure
from gnn2mlp.explore.formatting import plural
from gnn2mlp.explore.theme import INK, MUTED

# Leaves of a drawing that can be read; the rest is drawn as the groups that it forms.
_LEAVES = 60


class MergeMap(NamedTuple):
    """How codes merge, by Ward's criterion weighted with their nodes: at each step the variance grows the least.

    Args:
        codes: int64 (used,), the codes that have nodes, in the numbering of the rows of `linkage`.
        linkage: float64 (used - 1, 4), as `scipy.cluster.hierarchy` reads it: the two that merge, the square root of
            what their merging adds to the sum of squared distances to means, and how many codes are then one.
        nodes: int64 (used,), nodes of each.
        size: how many codes there are, unused ones included.
    """

    codes: np.ndarray
    linkage: np.ndarray
    nodes: np.ndarray
    size: int

    def cut(self, groups: int) -> np.ndarray:
        """The group of each code, int64 (codes,), when so many are left; the one with most nodes is 0, unused are -1.

        Raises:
            ConfigError: for fewer than one.
        """
        check_count("merge_map", 1, groups=groups)
        found = np.full(self.size, -1, dtype=np.int64)
        if self.codes.size:
            each = fcluster(self.linkage, groups, "maxclust") - 1 if self.codes.size > 1 else np.zeros(1, int)
            rank = np.argsort(np.argsort(-np.bincount(each, self.nodes), kind="stable"), kind="stable")
            found[self.codes] = rank[each]
        return found

    def plot(self) -> Figure:
        """The tree of codes; of more than 60 the upper part, in which a leaf in brackets is several."""
        figure = ShownFigure(figsize=(7.2, 3.0), layout="constrained")
        axes = figure.add_subplot()
        clean_axes(axes)
        if self.codes.size > 1:
            dendrogram(
                self.linkage, ax=axes, p=_LEAVES, truncate_mode="lastp", labels=self.codes,
                color_threshold=0, above_threshold_color=MUTED, leaf_rotation=90, leaf_font_size=TEXT - 2,
            )  # fmt: skip
        axes.grid(False, axis="x")
        axes.set_ylabel("what merging adds (distance)")
        axes.set_title(f"{plural(self.codes.size, 'code')} with nodes, by which merge first", color=INK, size=TEXT)
        return figure

    def __repr__(self) -> str:
        return f"MergeMap({plural(self.codes.size, 'code')} with nodes; .cut(groups), .linkage, .plot())"


def merge_map(vectors: np.ndarray, nodes: np.ndarray) -> MergeMap:
    """The hierarchy of codes by their vectors.

    Args:
        vectors: float (codes, code_dim), in the space in which distances are taken.
        nodes: int (codes,), how many each has; those without are left out.

    Example:
        >>> merge_map(np.array([[0.0], [0.1], [5.0], [9.0]]), np.array([3, 3, 2, 0])).cut(2).tolist()
        [0, 0, 1, -1]
    """
    used = np.flatnonzero(nodes > 0)
    return MergeMap(used, _ward(np.asarray(vectors, np.float64)[used], nodes[used]), nodes[used], len(nodes))


def _ward(vectors: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Linkage of weighted points: Δ(i, j) = w_i w_j / (w_i + w_j) · ‖c_i - c_j‖², whose least is merged first.

    scipy's Ward knows points of weight 1 alone. Each step costs one row of the table: (codes²) in all.
    """
    count = len(vectors)
    centre, mass, name = vectors.copy(), weight.astype(np.float64), np.arange(count)
    leaves, alive = np.ones(count, int), np.ones(count, bool)
    squares = (centre * centre).sum(axis=1)
    gap = np.maximum(squares[:, None] + squares - 2 * centre @ centre.T, 0)
    cost = gap * (mass[:, None] * mass / (mass[:, None] + mass))
    np.fill_diagonal(cost, np.inf)
    best = cost.argmin(axis=1) if count > 1 else np.zeros(count, int)
    made = np.zeros((max(0, count - 1), 4))
    for step in range(count - 1):
        low = np.where(alive, cost[np.arange(count), best], np.inf)
        i = int(low.argmin())
        j = int(best[i])
        leaves[i] += leaves[j]
        made[step] = (*sorted((name[i], name[j])), np.sqrt(low[i]), leaves[i])
        centre[i] = (mass[i] * centre[i] + mass[j] * centre[j]) / (mass[i] + mass[j])
        mass[i] += mass[j]
        name[i], alive[j] = count + step, False
        cost[j], cost[:, j] = np.inf, np.inf
        rest = np.flatnonzero(alive & (np.arange(count) != i))
        gaps = ((centre[rest] - centre[i]) ** 2).sum(axis=1)
        cost[i, rest] = cost[rest, i] = gaps * mass[i] * mass[rest] / (mass[i] + mass[rest])
        best[i] = cost[i].argmin()
        stale = rest[(best[rest] == i) | (best[rest] == j)]
        if stale.size:
            best[stale] = cost[stale].argmin(axis=1)
        nearer = rest[cost[rest, i] < cost[rest, best[rest]]]
        best[nearer] = i
    return made
