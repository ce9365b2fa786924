"""How alike the neighbourhoods of two nodes are: common neighbours, Adamic-Adar, resource allocation."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.nn.csr import CSR

# Neighbours of both ends that are gathered at a time: some 100 MB with all copies.
_AT_ONCE = 2_000_000

# How much a common neighbour counts, given its degree. That of two different nodes has at least two neighbours; a node
# paired with itself has neighbours with one, whose logarithm is 0.
NEIGHBOUR_SCORES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "cn": torch.ones_like,
    "aa": lambda degree: 1 / degree.clamp(min=2).log(),
    "ra": lambda degree: 1 / degree.clamp(min=1),
}


class NeighbourScores:
    """Sums over the common neighbours k of two nodes: of 1, of 1 / log d_k, of 1 / d_k, with d_k the degree of k.

    They are `"cn"`, common neighbours; `"aa"` (Adamic and Adar, Friends and Neighbors on the Web, Social Networks 2003)
    and `"ra"`, resource allocation (Zhou, Lü and Zhang, Predicting Missing Links via Local Information, European
    Physical Journal B 2009). Edges count once, whatever they weigh. The edge between the two nodes, if there is one,
    enters none of them.

    Args:
        adjacency: (nodes, nodes) of an undirected graph without self-loops.
        names: of `"cn"`, `"aa"`, `"ra"`.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> square = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2, 3], [1, 2, 3, 0]])
        >>> NeighbourScores(square.adjacency, ["cn", "ra"])(torch.tensor([[0, 2], [0, 1]])).tolist()
        [[2.0, 1.0], [0.0, 0.0]]
    """

    def __init__(self, adjacency: CSR, names: Sequence[str]):
        self.pattern = adjacency.with_values(torch.ones(adjacency.nnz, dtype=torch.float64)).to_scipy()
        degree = adjacency.indptr.diff().double()
        self.degree = degree.long()
        self.counted = torch.stack([NEIGHBOUR_SCORES[name](degree) for name in names], dim=1).numpy()

    def __call__(self, pairs: Tensor) -> Tensor:
        """float64 (pairs, names) of pairs int64 (pairs, 2), in memory that grows with pairs and names alone."""
        parts = [self._of(part.numpy()) for part in self._parts(pairs)]
        return torch.from_numpy(np.concatenate(parts)) if parts else torch.zeros(0, self.counted.shape[1]).double()

    def _of(self, pairs: np.ndarray) -> np.ndarray:
        common = self.pattern[pairs[:, 0]].multiply(self.pattern[pairs[:, 1]])
        found: np.ndarray = common @ self.counted
        return found

    def _parts(self, pairs: Tensor) -> Iterator[Tensor]:
        """Consecutive pairs with so many neighbours at most, or a single pair that has more."""
        ends = self.degree[pairs].sum(1).clamp(min=1).cumsum(0)
        start = 0
        while start < len(pairs):
            before = int(ends[start - 1]) if start else 0
            stop = max(start + 1, int(torch.searchsorted(ends, before + _AT_ONCE, right=True)))
            yield pairs[start:stop]
            start = stop
