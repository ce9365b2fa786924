"""Edges of a set of graphs in canonical form, with what each of them is."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.data.edges import canonical_edges


class CodedEdges(NamedTuple):
    """Unique, loop-free edges in both directions, sorted by their first end; their codes; what was changed, as counts.

    `edge_index` is int64 (2, edges), `codes` int64 (edges, fields) or `None`.
    """

    edge_index: Tensor
    codes: Tensor | None
    notes: dict[str, int]


def coded_edges(edge_index: Tensor, codes: Tensor | None, num_nodes: int) -> CodedEdges:
    """Undirected, unique, loop-free, sorted edges; of an edge that is given several times, the first codes count.

    `self_loops` and `duplicates` are counted as `canonical_edges` does, `unequal_codes` are edges that were given with
    different codes, be it in two directions or in one.

    Args:
        edge_index: int64 (2, edges), ends in 0 .. nodes - 1, in one direction or both.
        codes: int64 (edges, fields), or `None`.
        num_nodes: number of nodes.

    Example:
        >>> made = coded_edges(torch.tensor([[0, 1, 1], [1, 0, 2]]), torch.tensor([[3], [4], [5]]), num_nodes=3)
        >>> made.edge_index.tolist(), made.codes.tolist(), made.notes
        ([[0, 1, 1, 2], [1, 0, 2, 1]], [[3], [3], [5], [5]], {'unequal_codes': 1})
    """
    edges, notes = canonical_edges(edge_index, num_nodes)
    if codes is None:
        return CodedEdges(edges, None, notes)
    proper = edge_index[0] != edge_index[1]
    low, high = edge_index[:, proper].sort(0).values
    keys = (low * num_nodes + high).numpy()
    order = keys.argsort(kind="stable")  # so that the first of an edge's codes stay the first
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    given = codes[proper].numpy()[order]
    unequal = _unequal(given, starts)
    pairs, kept = torch.from_numpy(keys[order][starts]), torch.from_numpy(given[starts])
    place = torch.searchsorted(pairs, edges.min(0).values * num_nodes + edges.max(0).values)
    return CodedEdges(edges, kept[place], notes | ({"unequal_codes": unequal} if unequal else {}))


def _unequal(codes: np.ndarray, starts: np.ndarray) -> int:
    """How many runs of rows, which begin at `starts`, hold more than one kind of row."""
    if not len(starts):
        return 0
    run = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(codes)))
    return len(np.unique(run[(codes != codes[starts][run]).any(1)]))
