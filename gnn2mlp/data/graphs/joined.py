"""Two sets of graphs as one."""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graphs.graph_set import GraphSet


def join_graph_sets(first: GraphSet, second: GraphSet) -> GraphSet:
    """The graphs of the first set, then those of the second, under the first one's name, task and fields.

    Where one of them says which nodes are roots, what degrees nodes had or how much graphs weigh, the other's nodes are
    all roots and have the degrees that they have, and its graphs weigh 1.

    Args:
        first: a set of graphs.
        second: a set with the same fields of nodes and edges, and labels of the same form.

    Raises:
        DataError: if nodes, edges or labels of the two are not of one form.

    Example:
        >>> from gnn2mlp.data import load_graph_set
        >>> graphs = load_graph_set("motif-graphs")
        >>> both = join_graph_sets(graphs.take([3]), graphs.take([0, 1]))
        >>> both.digest == graphs.take([3, 0, 1]).digest
        True
    """
    _check_alike(first, second)
    shift = first.num_nodes
    return replace(
        first,
        labels=torch.cat([first.labels, second.labels]),
        edge_index=torch.cat([first.edge_index, second.edge_index + shift], 1),
        node_offsets=torch.cat([first.node_offsets, second.node_offsets[1:] + shift]),
        edge_offsets=torch.cat([first.edge_offsets, second.edge_offsets[1:] + first.edge_offsets[-1]]),
        node_codes=_both(first.node_codes, second.node_codes),
        features=_both(first.features, second.features),
        edge_codes=_both(first.edge_codes, second.edge_codes),
        code_sizes=_larger(first.code_sizes, second.code_sizes),
        edge_code_sizes=_larger(first.edge_code_sizes, second.edge_code_sizes),
        graph_names=None,
        own_splits=(),
        notes={},
        directed=first.directed or second.directed,
        roots=_filled(first, second, "roots", lambda graphs: torch.ones(graphs.num_nodes, dtype=torch.bool)),
        degrees=_filled(first, second, "degrees", _in_degrees),
        weights=_filled(first, second, "weights", lambda graphs: torch.ones(graphs.num_graphs)),
    )


def _check_alike(first: GraphSet, second: GraphSet) -> None:
    for what, one, other in (
        ("fields of node codes", len(first.code_sizes), len(second.code_sizes)),
        ("features of a node", first.num_features, second.num_features),
        ("fields of edge codes", len(first.edge_code_sizes), len(second.edge_code_sizes)),
        ("shape of a label", tuple(first.labels.shape[1:]), tuple(second.labels.shape[1:])),
    ):
        if one != other:
            raise DataError(
                f"{second.name}: expected the {what} of {first.name}, {one}, got {other}; join graphs of one kind"
            )


def _both(first: Tensor | None, second: Tensor | None) -> Tensor | None:
    return None if first is None or second is None else torch.cat([first, second])


def _larger(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(max(pair) for pair in zip(first, second, strict=True))


def _in_degrees(graphs: GraphSet) -> Tensor:
    return torch.bincount(graphs.edge_index[1], minlength=graphs.num_nodes)


def _filled(first: GraphSet, second: GraphSet, name: str, usual: Callable[[GraphSet], Tensor]) -> Tensor | None:
    """An optional array of both, where at least one of them has it."""
    one, other = getattr(first, name), getattr(second, name)
    if one is None and other is None:
        return None
    return torch.cat([usual(graphs) if value is None else value for graphs, value in ((first, one), (second, other))])
