"""Undirected pairs of nodes: int64 (pairs, 2), the smaller id first, sorted, each once; and as one number each."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.edges import both_directions, canonical_edges, weighted_edges
from gnn2mlp.data.graph import GraphData


def pairs_of(graph: GraphData) -> Tensor:
    """The edges of an undirected graph as pairs.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> pairs_of(graph_from_arrays(torch.eye(3), [0, 1, 0], [[2, 0], [1, 1]])).tolist()
        [[0, 1], [1, 2]]
    """
    first = graph.edge_index[0] < graph.edge_index[1]
    return graph.edge_index[:, first].T.contiguous()  # edges are sorted by their first end, then by their second


def keys_of(pairs: Tensor, num_nodes: int) -> Tensor:
    """int64 (pairs,): one number for each pair, ascending where pairs are sorted."""
    return pairs[:, 0] * num_nodes + pairs[:, 1]


def pairs_from(keys: Tensor, num_nodes: int) -> Tensor:
    """What `keys_of` numbered."""
    return torch.stack([keys.div(num_nodes, rounding_mode="floor"), keys.remainder(num_nodes)], dim=1)


def are_edges(graph: GraphData, pairs: Tensor) -> Tensor:
    """Bool (pairs,): whether each is an edge of the undirected graph.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> path = graph_from_arrays(torch.eye(3), [0, 1, 0], [[0, 1], [1, 2]])
        >>> are_edges(path, torch.tensor([[0, 1], [0, 2]])).tolist()
        [True, False]
    """
    own, wanted = (keys_of(each, graph.num_nodes) for each in (pairs_of(graph), pairs))
    if not own.numel():
        return torch.zeros_like(wanted, dtype=torch.bool)
    return own[torch.searchsorted(own, wanted).clamp(max=own.numel() - 1)] == wanted


def canonical_pairs(pairs: Tensor, num_nodes: int) -> Tensor:
    """Pairs of two different nodes in any order as pairs with the smaller id first, sorted, each once.

    Example:
        >>> canonical_pairs(torch.tensor([[2, 0], [1, 0], [0, 2]]), num_nodes=3).tolist()
        [[0, 1], [0, 2]]
    """
    low, high = torch.minimum(*pairs.unbind(1)), torch.maximum(*pairs.unbind(1))
    return pairs_from(ascending(low * num_nodes + high).unique_consecutive(), num_nodes)


def merged(parts: Sequence[Tensor], num_nodes: int) -> Tensor:
    """Several sets of pairs, no pair in two of them, as one, sorted."""
    return pairs_from(ascending(keys_of(torch.cat(list(parts)), num_nodes)), num_nodes)


def ends_among(pairs: Tensor, ids: Tensor) -> Tensor:
    """int64 (pairs,), 0 .. 2: how many ends of each pair are among the nodes `ids`.

    Example:
        >>> ends_among(torch.tensor([[0, 1], [1, 2], [2, 4]]), torch.tensor([2, 4])).tolist()
        [0, 1, 2]
    """
    if not pairs.numel() or not ids.numel():
        return torch.zeros(pairs.size(0), dtype=torch.int64)
    there = torch.zeros(int(torch.maximum(pairs.max(), ids.max())) + 1, dtype=torch.bool)
    there[ids] = True
    return there[pairs].sum(1)


def ascending(keys: Tensor) -> Tensor:
    """The same numbers sorted, in place: torch's sort would also make the permutation, which takes most of its time."""
    keys.numpy().sort()
    return keys


def undirected(graph: GraphData) -> GraphData:
    """The graph whose edges link both ways, with the weights and by the rules of `graph_from_arrays`.

    Its notes count the edges that had a direction, as `made_undirected`.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> one_way = graph_from_arrays(torch.eye(3), [0, 1, 0], [[2, 0], [1, 1]], directed=True)
        >>> both = undirected(one_way)
        >>> both.edge_index.tolist(), dict(both.notes)
        ([[0, 1, 1, 2], [1, 0, 2, 1]], {'made_undirected': 2})
    """
    if not graph.directed:
        return graph
    weight = graph.edge_weight
    if weight is None:
        edges, _ = canonical_edges(graph.edge_index, graph.num_nodes)
    else:
        edges, weight, _ = weighted_edges(graph.edge_index, weight, graph.num_nodes)
    notes = {**graph.notes, "made_undirected": graph.num_edges}
    return replace(graph, edge_index=edges, edge_weight=weight, directed=False, notes=notes)


def with_pairs(graph: GraphData, pairs: Tensor) -> GraphData:
    """The undirected graph with those of its edges alone that are among `pairs`, and with their weights.

    Args:
        graph: undirected.
        pairs: int64 (pairs, 2), the smaller id first, sorted, each once.

    Raises:
        DataError: if a pair is no edge of the graph.
    """
    if pairs.numel() and not 0 <= int(pairs.min()) <= int(pairs.max()) < graph.num_nodes:
        raise DataError(
            f"{graph.name}: expected pairs of its {graph.num_nodes} nodes, got ids from {int(pairs.min())} to "
            f"{int(pairs.max())}; the split is that of another graph: draw it anew"
        )
    edges = both_directions(keys_of(pairs, graph.num_nodes), graph.num_nodes)
    own, wanted = (each[0] * graph.num_nodes + each[1] for each in (graph.edge_index, edges))
    place = torch.searchsorted(own, wanted)
    found = (
        own[place.clamp(max=own.numel() - 1)] == wanted if own.numel() else torch.zeros_like(wanted, dtype=torch.bool)
    )
    if not bool(found.all()):
        low, high = sorted(edges[:, ~found][:, 0].tolist())
        raise DataError(
            f"{graph.name}: expected pairs that are edges, got {low} and {high}, which are not linked "
            f"({int((~found).sum()) // 2} such pairs); the split is that of another graph: draw it anew"
        )
    weight = None if graph.edge_weight is None else graph.edge_weight[place]
    return replace(graph, edge_index=edges, edge_weight=weight)
