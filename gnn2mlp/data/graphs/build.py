"""From arrays to a `GraphSet`: what comes in from outside is checked and brought into one form."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.checks import check_edges, check_feature_names, check_own_split
from gnn2mlp.data.graphs.checks import check_categories, check_codes, check_graph_of_node, check_names, check_task
from gnn2mlp.data.graphs.edges import coded_edges
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.nn.features import check_features
from gnn2mlp.tasks import Task


class _Nodes(NamedTuple):
    """The rows of nodes in the order of their graphs, the row that each had before, and where each graph begins."""

    order: Tensor
    place: Tensor
    offsets: Tensor


def graph_set_from_arrays(
    labels: Any,
    graph_of_node: Any,
    edge_index: Any,
    *,
    node_codes: Any = None,
    features: Any = None,
    edge_codes: Any = None,
    code_sizes: Sequence[int] | None = None,
    edge_code_sizes: Sequence[int] | None = None,
    name: str = "graphs",
    class_names: Sequence[Any] | None = None,
    task: Task | None = None,
    graph_names: Any = None,
    own_splits: Sequence[Mapping[str, Any]] = (),
    node_fields: Sequence[str] = (),
    edge_fields: Sequence[str] = (),
    categories: Mapping[str, Sequence[Any]] | None = None,
    feature_names: Sequence[str] | None = None,
    open_categories: bool = False,
) -> GraphSet:
    """Validate the arrays of many graphs and bring them into canonical form.

    Nodes are brought into the order of their graphs. Edges are made undirected (both directions present), duplicates
    merged, of which the first codes count, and self-loops removed; `notes` counts what changed. Nodes without an edge,
    and graphs without any, are kept. The operation is idempotent.

    Args:
        labels: (graphs,) integers, -1 = unknown, else 0 .. classes - 1; or (graphs, outputs) as `task` says.
        graph_of_node: (nodes,) integers, which graph each node is a part of, in any order: PyG's `batch`.
        edge_index: (2, edges) integers in 0 .. nodes - 1, in either or both directions, within graphs.
        node_codes: (nodes,) or (nodes, fields) integers from 0: what each node is. Categories, not magnitudes.
        features: (nodes, features) finite numbers; instead of codes, or beside them.
        edge_codes: (edges,) or (edges, fields) integers from 0: what each edge is.
        code_sizes: how many categories each field of `node_codes` has; default: the largest code + 1. Give it where
            later graphs may have categories that these have not.
        edge_code_sizes: likewise of `edge_codes`.
        name: for messages and cards.
        class_names: one per class, of any one type; default: the numbers 0 .. largest label.
        task: in place of class names: `GraphMultiTask`, or `GraphClassification` with a metric or weights of its own.
        graph_names: what each graph is called, text or numbers.
        own_splits: ids of the `train`, `valid` (optional) and `test` graphs of each split published with the data.
        node_fields: names of the fields of `node_codes`.
        edge_fields: names of the fields of `edge_codes`.
        categories: by name of a field, what its codes stand for, in their order.
        feature_names: one per feature, all different.
        open_categories: whether `categories`, which all fields need then, are no more than what these graphs have, so
            that training is to know those of its own graphs alone.

    Raises:
        DataError: for mismatched lengths, codes below 0 or beyond their size, edges out of range or between two graphs,
            a graph without nodes, nodes with neither codes nor features, labels that are not of the task.

    Example:
        >>> graphs = graph_set_from_arrays(
        ...     labels=[1, 0],
        ...     graph_of_node=[0, 0, 0, 1, 1],
        ...     edge_index=[[0, 1, 3], [1, 2, 4]],
        ...     node_codes=[[6], [6], [8], [6], [7]],
        ...     class_names=["inert", "active"],
        ... )
        >>> graphs
        GraphSet('graphs': 2 graphs, 5 nodes, 3 edges, 9 node codes, 2 classes)
        >>> graphs.batch([1]).node_codes.tolist()
        [[6], [7]]
    """
    task, y = check_task(labels, class_names, task, name)
    graph_of = check_graph_of_node(graph_of_node, y.size(0), name)
    nodes, count = _in_order(graph_of, y.size(0)), graph_of.numel()
    ends = check_edges(edge_index, count, name)
    _check_within(ends, graph_of, name)
    if node_codes is None and features is None:
        raise DataError(
            f"{name}: expected node_codes or features, got neither; a graph without any may take its degrees: "
            "node_codes=gnn2mlp.data.degree_codes(edge_index, nodes)"
        )
    codes, sizes = check_codes(node_codes, count, code_sizes, "node_codes", name)
    bonds, bond_sizes = check_codes(edge_codes, ends.size(1), edge_code_sizes, "edge_codes", name)
    edges = coded_edges(nodes.place[ends], bonds, count)
    x = None if features is None else _dense(features, count, name)
    return GraphSet(
        name,
        y,
        task,
        edges.edge_index,
        nodes.offsets,
        _edge_offsets(edges.edge_index, nodes.offsets),
        node_codes=None if codes is None else codes[nodes.order],
        features=None if x is None else x[nodes.order],
        edge_codes=edges.codes,
        code_sizes=sizes,
        edge_code_sizes=bond_sizes,
        graph_names=check_names(graph_names, y.size(0), name),
        own_splits=tuple(check_own_split(split, y.size(0), name) for split in own_splits),
        notes=edges.notes,
        **check_categories(node_fields, edge_fields, categories, sizes, bond_sizes, name),
        feature_names=None if x is None else check_feature_names(feature_names, x.size(1), name),
        open_categories=open_categories,
    )


def _in_order(graph_of: Tensor, graphs: int) -> _Nodes:
    """Nodes sorted by graph; those of one graph stay in their order."""
    order = graph_of.argsort(stable=True)
    place = torch.empty_like(order)
    place[order] = torch.arange(order.numel())
    counts = torch.bincount(graph_of, minlength=graphs)
    return _Nodes(order, place, torch.cat([counts.new_zeros(1), counts.cumsum(0)]))


def _edge_offsets(edge_index: Tensor, node_offsets: Tensor) -> Tensor:
    """Where the edges of each graph begin in sorted edges."""
    return torch.searchsorted(edge_index[0].contiguous(), node_offsets)


def _check_within(ends: Tensor, graph_of: Tensor, name: str) -> None:
    one, other = graph_of[ends[0]], graph_of[ends[1]]
    if (bad := (one != other).nonzero()[:, 0]).numel():
        first = int(bad[0])
        raise DataError(
            f"{name}: expected edges within graphs, got edge {first} from a node of graph {int(one[first])} to one of "
            f"graph {int(other[first])}, and {bad.numel() - 1} more; number nodes through over all graphs"
        )


def _dense(features: Any, nodes: int, name: str) -> Tensor:
    """Features as dense float32, a row for each node."""
    found = check_features(features, name)
    x = found if isinstance(found, Tensor) else found.to_dense()
    if x.shape[0] != nodes:
        raise DataError(f"{name}: expected a row of features for each of {nodes} nodes, got {x.shape[0]}")
    return x.float()


def degree_codes(edge_index: Any, num_nodes: int, most: int = 64) -> np.ndarray:
    """The degree of each node as a code, for graphs whose nodes say nothing of themselves.

    Args:
        edge_index: (2, edges), in either or both directions; an edge counts once, a self-loop not at all.
        num_nodes: number of nodes.
        most: greater degrees have this code, so that there are `most` + 1 codes.

    Returns:
        int64 (nodes, 1).

    Example:
        >>> degree_codes([[0, 0, 0], [1, 2, 3]], num_nodes=5, most=2).ravel().tolist()
        [2, 1, 1, 1, 0]
    """
    edges = coded_edges(check_edges(edge_index, num_nodes, "degree_codes"), None, num_nodes).edge_index
    return torch.bincount(edges[0], minlength=num_nodes).clamp(max=most)[:, None].numpy()
