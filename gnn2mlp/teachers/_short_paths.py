"""How near two nodes are: 1 / the length of the shortest path between them, up to a cap."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import CSR

# Searches that go on beside each other: each takes a column of float32 over all nodes.
_BESIDE = 256


class ShortPaths:
    """1 / d(u, v) where a shortest path has at most `cap` edges, else 0: the capped shortest path of EHDM.

    Edges count one each, whatever they weigh. The edge between the two nodes, if there is one, is no path between
    them, so that d is 2 or more for linked ones as for others. A node paired with itself has 1, the most.

    Args:
        adjacency: (nodes, nodes) of an undirected graph without self-loops.
        cap: longest path that counts.

    Raises:
        ConfigError: for a cap below 2, which no pair is within.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> square = graph_from_arrays(torch.eye(5), [0, 1, 0, 1, 0], [[0, 1, 2, 3], [1, 2, 3, 0]])
        >>> ShortPaths(square.adjacency)(torch.tensor([[0, 2], [0, 1], [0, 4]])).tolist()  # 4 has no edge
        [0.5, 0.3333333333333333, 0.0]
    """

    def __init__(self, adjacency: CSR, cap: int = 6):
        if cap < 2:
            raise ConfigError(f"cap: expected at least 2 edges, as a pair's own edge does not count, got {cap}")
        self.cap = cap
        self.pattern = adjacency.with_values(torch.ones(adjacency.nnz)).to_scipy()

    def __call__(self, pairs: Tensor) -> Tensor:
        """float64 (pairs,) of pairs int64 (pairs, 2), in memory that grows with nodes and pairs alone."""
        if not len(pairs):
            return torch.zeros(0, dtype=torch.float64)
        both, places = np.unique(pairs.numpy(), axis=0, return_inverse=True)
        found = torch.from_numpy(self._nearness(both))
        return found[torch.from_numpy(places.reshape(-1))]

    def _nearness(self, pairs: np.ndarray) -> np.ndarray:
        """Of distinct pairs; those two apart are told by a product, so that few linked ones need a search each."""
        one, other = pairs.T
        found = np.where(one == other, 1.0, 0.0)
        left = np.flatnonzero(one != other)
        common = self.pattern[one[left]].multiply(self.pattern[other[left]]).sum(1)
        near = np.asarray(common).reshape(-1) > 0
        found[left[near]] = 1 / 2
        left = left[~near]
        if not left.size:
            return found
        linked = np.asarray(self.pattern[one[left], other[left]]).reshape(-1) > 0
        for places in _parts(left[linked]):
            distances = self._search(one[places], without=other[places])
            found[places] = _inverse(distances[other[places], np.arange(len(places))])
        places = left[~linked]
        starts, columns = np.unique(one[places], return_inverse=True)
        for some in _parts(np.arange(len(starts))):
            distances = self._search(starts[some])
            asked = (columns >= some[0]) & (columns <= some[-1])
            found[places[asked]] = _inverse(distances[other[places[asked]], columns[asked] - some[0]])
        return found

    def _search(self, starts: np.ndarray, without: np.ndarray | None = None) -> np.ndarray:
        """Whole numbers (nodes, starts): edges of the shortest path from each start, 0 beyond the cap and for itself.

        Args:
            starts: rows.
            without: of each start the end of an edge along which no path begins. A path that came back to its start
                would be no shortest one, so that none has that edge at all.
        """
        columns = np.arange(len(starts))
        reached = np.zeros((self.pattern.shape[0], len(starts)), dtype=bool)
        reached[starts, columns] = True
        distances = np.zeros(reached.shape, dtype=np.min_scalar_type(self.cap))  # a byte, mostly
        edge = reached.astype(np.float32)
        for length in range(1, self.cap + 1):
            fresh = (self.pattern @ edge > 0) & ~reached
            if length == 1 and without is not None:
                fresh[without, columns] = False
            if not fresh.any():
                break
            distances[fresh] = length
            reached |= fresh
            edge = fresh.astype(np.float32)
        return distances


def _parts(places: np.ndarray) -> Iterator[np.ndarray]:
    """Some at a time."""
    return (places[start : start + _BESIDE] for start in range(0, len(places), _BESIDE))


def _inverse(distances: np.ndarray) -> np.ndarray:
    return np.where(distances > 0, 1 / np.maximum(distances, 1), 0.0)
