"""Heuristics of a pair of nodes by name: what their neighbourhoods have in common, and how near they are."""

from collections.abc import Sequence

import torch
from torch import Tensor

from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers._pair_scores import NEIGHBOUR_SCORES, NeighbourScores
from gnn2mlp.teachers._short_paths import ShortPaths

_PATHS = "csp"
HEURISTICS = (*NEIGHBOUR_SCORES, _PATHS)


class PairHeuristics:
    """A function from pairs int64 (pairs, 2) to heuristics float64 (pairs, names); see `NeighbourScores`, `ShortPaths`.

    Args:
        adjacency: (nodes, nodes) of an undirected graph without self-loops.
        names: of `HEURISTICS`, each once.
        cap: longest path that `"csp"` knows.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> path = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]])
        >>> PairHeuristics(path.adjacency, ["csp", "cn"])(torch.tensor([[0, 2], [0, 3]])).tolist()
        [[0.5, 1.0], [0.3333333333333333, 0.0]]
    """

    def __init__(self, adjacency: CSR, names: Sequence[str], cap: int = 6):
        self.names = tuple(names)
        counted = [name for name in self.names if name in NEIGHBOUR_SCORES]
        self._counts = NeighbourScores(adjacency, counted) if counted else None
        self._paths = ShortPaths(adjacency, cap) if _PATHS in self.names else None

    def __call__(self, pairs: Tensor) -> Tensor:
        """float64 (pairs, names)."""
        columns = list(self._counts(pairs).unbind(1)) if self._counts is not None else []
        if self._paths is not None:
            columns.insert(self.names.index(_PATHS), self._paths(pairs))
        return torch.stack(columns, dim=1)
