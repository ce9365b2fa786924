"""Pairs of nodes that are no edge, drawn exactly and uniformly in memory that grows with the edges, not with the nodes.

Pair (low, high) of two nodes has the number high (high - 1) / 2 + low. Of the numbers that are no edge's, the r-th is
r + i, where i is how many edges have fewer than r + 1 free numbers before them: a binary search, and no pair is drawn
in vain, however dense the graph.
"""

import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.links.pairs import ascending, merged


class NonEdges:
    """All pairs of two nodes that are not among `pairs`.

    Args:
        pairs: int64 (pairs, 2) of two different nodes, the smaller id first; a pair may occur more than once.
        num_nodes: number of nodes.

    Example:
        >>> path = NonEdges(torch.tensor([[0, 1], [1, 2], [2, 3]]), num_nodes=4)
        >>> path.count, path.at(torch.arange(3)).tolist()
        (3, [[0, 2], [0, 3], [1, 3]])
        >>> path.draw(3, torch.Generator().manual_seed(0)).tolist()
        [[0, 2], [0, 3], [1, 3]]
    """

    def __init__(self, pairs: Tensor, num_nodes: int):
        taken = ascending(_numbered(pairs)).unique_consecutive()
        self.num_nodes = num_nodes
        # How many free numbers come before each taken one; ascending, as taken numbers are.
        self._before = taken - torch.arange(taken.numel())

    @property
    def count(self) -> int:
        """How many there are."""
        return int(self.num_nodes * (self.num_nodes - 1) // 2 - self._before.numel())

    def __repr__(self) -> str:
        return f"NonEdges({self.count:,} pairs of {self.num_nodes:,} nodes)"

    def at(self, rank: Tensor) -> Tensor:
        """The pairs int64 (ranks, 2) at `rank`, 0 .. count - 1, ordered by the larger id, then by the smaller."""
        return _pairs_numbered(rank + torch.searchsorted(self._before, rank, right=True))

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """Pairs int64 (count, 2), each drawn uniformly, so that one may come twice: negatives of a step of training.

        Raises:
            DataError: if every pair is an edge.
        """
        if not self.count and count:
            raise DataError("expected two nodes without an edge between them, got none; there are no negative pairs")
        return self.at(torch.randint(max(1, self.count), (count,), generator=generator))

    def draw(self, count: int, generator: torch.Generator) -> Tensor:
        """Distinct pairs int64 (count, 2), sorted; every set of this size is as likely.

        Raises:
            DataError: if there are not as many.
        """
        if count > self.count:
            raise DataError(
                f"expected {count} distinct pairs of nodes without an edge, got {self.count}: the graph is too dense; "
                "draw fewer for each positive (split.negatives), or hold out fewer edges (split.valid, split.test)"
            )
        return merged([self.at(distinct(count, self.count, generator))], self.num_nodes)


def distinct(count: int, size: int, generator: torch.Generator) -> Tensor:
    """`count` different numbers out of 0 .. size - 1, ascending; every set is as likely.

    Numbers are drawn one by one, and those that were there before are drawn again; memory grows with `count` alone.

    Example:
        >>> distinct(3, 3, torch.Generator().manual_seed(0)).tolist()
        [0, 1, 2]
    """
    if 2 * count > size:
        return torch.randperm(size, generator=generator)[:count].sort().values
    found = torch.empty(0, dtype=torch.int64)
    while found.numel() < count:
        more = torch.randint(size, (count - found.numel(),), generator=generator)
        found = ascending(torch.cat([found, more])).unique_consecutive()
    return found


def _numbered(pairs: Tensor) -> Tensor:
    low, high = pairs.unbind(1)
    return high * (high - 1) // 2 + low


def _pairs_numbered(numbers: Tensor) -> Tensor:
    """The pairs of these numbers. A root in float64 is off by one at most, which the two corrections mend."""
    high = ((1 + (1 + 8 * numbers.double()).sqrt()) / 2).long()
    high -= (high * (high - 1) // 2 > numbers).long()
    high += (high * (high + 1) // 2 <= numbers).long()
    return torch.stack([numbers - high * (high - 1) // 2, high], dim=1)
