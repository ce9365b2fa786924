"""Edge lists in canonical form."""

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.nn.csr import CSR


class CanonicalEdges(NamedTuple):
    """Unique, loop-free, sorted edges, what they weigh, and what was changed to have them so.

    `edge_index` is int64 (2, edges); `weight` float (edges,), or `None` where all count alike; `notes` are counts.
    """

    edge_index: Tensor
    weight: Tensor | None
    notes: dict[str, int]


def canonical_edges(edge_index: Tensor, num_nodes: int) -> tuple[Tensor, dict[str, int]]:
    """Undirected, unique, loop-free, sorted edges, and how many self-loops and duplicates were there.

    A duplicate is a pair that occurs more than once in the same direction. Both sorts are in place, so that memory
    beyond the input is about three times the output, the output included: 6 GB for a graph of 60 million edges.

    Args:
        edge_index: int64 (2, edges), ends in 0 .. nodes - 1.
        num_nodes: number of nodes.

    Returns:
        int64 (2, edges), and the counts of `self_loops` and `duplicates` that are not zero.

    Example:
        >>> edges, notes = canonical_edges(torch.tensor([[2, 0, 0, 1], [1, 1, 1, 1]]), num_nodes=3)
        >>> edges.tolist()
        [[0, 1, 1, 2], [1, 0, 2, 1]]
        >>> notes
        {'self_loops': 1, 'duplicates': 1}
    """
    directed = _directed_keys(edge_index, num_nodes)
    loops = edge_index.size(1) - directed.numel()
    unique = directed.unique_consecutive()
    notes = _counts(self_loops=loops, duplicates=directed.numel() - unique.numel())
    del directed
    pairs = unique.div_(2, rounding_mode="floor").unique_consecutive()
    del unique
    return both_directions(pairs, num_nodes), notes


def weighted_edges(edge_index: Tensor, weight: Tensor, num_nodes: int) -> CanonicalEdges:
    """As `canonical_edges`, with a weight that is the same in both directions.

    Weights of duplicates are summed, as in PyG's `coalesce`. An edge that is given in one direction has its weight in
    both; one that is given in both has the mean, so that weights of a list with both directions stay as they are.
    `unequal_directions` counts edges whose two weights differ.

    Args:
        edge_index: int64 (2, edges), ends in 0 .. nodes - 1.
        weight: float (edges,).
        num_nodes: number of nodes.

    Example:
        >>> edges = torch.tensor([[0, 0, 1, 1], [1, 1, 0, 2]])
        >>> made = weighted_edges(edges, torch.tensor([1.0, 2.0, 5.0, 0.5]), num_nodes=3)
        >>> made.edge_index.tolist(), made.weight.tolist()  # 0-1 has 1 + 2 there and 5 back
        ([[0, 1, 1, 2], [1, 0, 2, 1]], [4.0, 4.0, 0.5, 0.5])
        >>> made.notes
        {'duplicates': 1, 'unequal_directions': 1}
    """
    proper = edge_index[0] != edge_index[1]
    keys, given, duplicates = _summed(_directed_keys(edge_index, num_nodes, sort=False), weight[proper])
    pairs, times = keys.div_(2, rounding_mode="floor").unique_consecutive(return_counts=True)
    first = times.cumsum(0) - times
    last = first + times - 1
    unequal = int((given[first] != given[last]).sum())
    single = ((given[first] + given[last]) / 2).to(weight.dtype)
    del keys, given, first, last
    edges, both = _there_and_back(pairs, single, num_nodes)
    loops = edge_index.size(1) - int(proper.sum())
    notes = _counts(self_loops=loops, duplicates=duplicates, unequal_directions=unequal)
    return CanonicalEdges(edges, both, notes)


def directed_edges(edge_index: Tensor, weight: Tensor | None, num_nodes: int) -> CanonicalEdges:
    """Unique, loop-free edges from a source (first row) to a target, sorted by target, then source.

    Weights of duplicates are summed.

    Args:
        edge_index: int64 (2, edges), ends in 0 .. nodes - 1.
        weight: float (edges,), or `None`.
        num_nodes: number of nodes.

    Example:
        >>> made = directed_edges(torch.tensor([[2, 0, 1, 0], [0, 1, 0, 1]]), None, num_nodes=3)
        >>> made.edge_index.tolist(), made.notes  # 0 receives from 1 and 2, 1 from 0
        ([[1, 2, 0], [0, 0, 1]], {'duplicates': 1})
    """
    proper = edge_index[0] != edge_index[1]
    keys = (edge_index[1] * num_nodes).add_(edge_index[0])[proper]
    loops = edge_index.size(1) - keys.numel()
    if weight is None:
        keys.numpy().sort()
        unique = keys.unique_consecutive()
        merged, duplicates = None, keys.numel() - unique.numel()
    else:
        unique, sums, duplicates = _summed(keys, weight[proper])
        merged = sums.to(weight.dtype)
    edges = torch.stack([unique.remainder(num_nodes), unique.div(num_nodes, rounding_mode="floor")])
    return CanonicalEdges(edges, merged, _counts(self_loops=loops, duplicates=duplicates))


def _there_and_back(pairs: Tensor, weight: Tensor, num_nodes: int) -> tuple[Tensor, Tensor]:
    """From unique ascending keys low * nodes + high to sorted edges in both directions, with their weights.

    The neighbours of a node are those below it, which the transpose lists, then those above it: nothing is sorted.
    """
    low, high = pairs.div(num_nodes, rounding_mode="floor"), pairs.remainder(num_nodes)
    above = CSR.of_sorted(low, high, weight, (num_nodes, num_nodes))
    below = above.transpose()
    behind = torch.arange(pairs.numel())
    places = behind + above.indptr[:-1].repeat_interleave(below.indptr.diff()), behind + below.indptr[1:][low]
    edges, both = pairs.new_empty((2, 2 * pairs.numel())), weight.new_empty(2 * pairs.numel())
    for part, place, row in ((below, places[0], below.row_ids()), (above, places[1], low)):
        edges[0, place], edges[1, place], both[place] = row, part.indices, part.values
    return edges, both


def _summed(keys: Tensor, weight: Tensor) -> tuple[Tensor, Tensor, int]:
    """Unique keys, ascending; the sum of the weights of each, float64, in the order given; how many were left out."""
    order = torch.from_numpy(keys.numpy().argsort(kind="stable"))
    keys, values = keys[order], weight.double()[order]
    del order
    unique, times = keys.unique_consecutive(return_counts=True)
    if unique.numel() == keys.numel():
        return keys, values, 0
    starts = (times.cumsum(0) - times).numpy()
    return unique, torch.from_numpy(np.add.reduceat(values.numpy(), starts)), keys.numel() - unique.numel()


def _counts(**notes: int) -> dict[str, int]:
    return {kind: count for kind, count in notes.items() if count}


def _directed_keys(edge_index: Tensor, num_nodes: int, sort: bool = True) -> Tensor:
    """One integer per edge that is no self-loop: by unordered pair, then by direction."""
    keys = torch.minimum(edge_index[0], edge_index[1]).mul_(num_nodes)
    keys.add_(torch.maximum(edge_index[0], edge_index[1])).mul_(2).add_(edge_index[0] > edge_index[1])
    keys = keys[edge_index[0] != edge_index[1]]
    if sort:
        keys.numpy().sort()  # in place and vectorised: torch's sort would also make the permutation
    return keys


def both_directions(pairs: Tensor, num_nodes: int) -> Tensor:
    """From unique keys low * nodes + high to sorted edges in both directions."""
    back = pairs.remainder(num_nodes).mul_(num_nodes).add_(pairs.div(num_nodes, rounding_mode="floor"))
    both = torch.cat([pairs, back])
    del back
    both.numpy().sort()
    return torch.stack([both.div(num_nodes, rounding_mode="floor"), both.remainder(num_nodes)])
