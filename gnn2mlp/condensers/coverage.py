"""How many nodes and graphs of a class are accounted for by the trees that many of its graphs hold."""

from typing import NamedTuple, Self

import numpy as np

from gnn2mlp.condensers.counting import CountedTrees
from gnn2mlp.core.showing import short_repr

# Supports of a curve, at most.
_POINTS = 40


class CoveragePoint(NamedTuple):
    """What trees account for that are in at least so many graphs of a class.

    Args:
        support: in how many graphs, at least.
        trees: how many such trees there are.
        tree_nodes: how many nodes they have.
        graphs: share of the graphs that hold at least one of them.
        nodes: share of the nodes whose tree is one of them.
    """

    support: int
    trees: int
    tree_nodes: int
    graphs: float
    nodes: float


class Coverage(NamedTuple):
    """Of a class: what its trees account for, the most frequent first.

    Args:
        supports: int64 (trees,), in how many graphs each tree is.
        sizes: int64 (trees,), how many nodes it has.
        occurrences: int64 (trees,), how many nodes of the class have it.
        best: int64 (graphs,), of each graph the support of its most frequent tree; 0 without any.
        nodes: of the class.
    """

    supports: np.ndarray
    sizes: np.ndarray
    occurrences: np.ndarray
    best: np.ndarray
    nodes: int

    def __repr__(self) -> str:
        return short_repr(self)

    @classmethod
    def of(cls, counted: CountedTrees, members: np.ndarray) -> Self:
        """Coverage of a class.

        Args:
            counted: trees of all graphs.
            members: int64 (graphs of the class,).
        """
        offsets, items = counted.sets_of(members)
        trees, place, supports = np.unique(items, return_inverse=True, return_counts=True)
        within = np.zeros(len(counted.node_offsets) - 1, dtype=bool)
        within[members] = True
        chosen = np.repeat(within, np.diff(counted.node_offsets))
        colours = counted.colours[-1][chosen]
        width = int(counted.colours[-1].max(initial=0)) + 1
        sizes = np.zeros(width, dtype=np.int64)
        sizes[colours] = counted.sizes[chosen]
        best = np.zeros(len(members), dtype=np.int64)
        np.maximum.at(best, np.repeat(np.arange(len(members)), np.diff(offsets)), supports[place])
        return cls(supports, sizes[trees], np.bincount(colours, minlength=width)[trees], best, int(chosen.sum()))

    def at(self, support: int) -> CoveragePoint:
        """What trees account for that are in at least `support` graphs."""
        kept = self.supports >= support
        return CoveragePoint(
            support,
            int(kept.sum()),
            int(self.sizes[kept].sum()),
            float((self.best >= support).mean()),
            float(self.occurrences[kept].sum() / max(self.nodes, 1)),
        )

    def curve(self) -> list[CoveragePoint]:
        """Points at supports that are evenly spread on a logarithmic scale, the highest first."""
        if not len(self.supports):
            return []
        spread = np.geomspace(1, self.supports.max(), _POINTS).round().astype(np.int64)
        return [self.at(int(one)) for one in np.unique(spread)[::-1]]
