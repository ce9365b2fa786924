"""`GraphData`: a frozen, validated graph with node features and labels."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.data.checks import (
    check_edge_weight,
    check_edges,
    check_feature_names,
    check_own_split,
    check_sample_weight,
    check_task,
    check_texts,
)
from gnn2mlp.data.edges import CanonicalEdges, canonical_edges, directed_edges, weighted_edges
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.features import check_features
from gnn2mlp.tasks import Task

# A node counts for itself as an edge of weight 1 does: weights that are far from it by more than this are warned of.
_FAR = 10.0


@dataclass(frozen=True, eq=False, repr=False)
class GraphData(NodeData):
    """A graph in canonical form; build it with `graph_from_arrays`, which validates and canonicalises.

    Args:
        name: for messages and cards.
        features: (nodes, features), dense float or `CSR`.
        labels: see `NodeData`.
        task: what is predicted of a node.
        edge_index: int64 (2, edges), unique, without self-loops. Undirected: every edge in both directions, sorted by
            the first row. Directed: from source to target, as in PyG, sorted by target, then source.
        edge_weight: float (edges,), above 0, of an undirected edge the same in both directions; `None`: all are 1. A
            node is linked by an edge of weight w as by w edges of weight 1.
        directed: whether messages pass from source to target alone, in place of both ways.
        own_splits: the splits published with the data; see `NodeData`.
        feature_names: one per feature, all different, or `None`.
        notes: what canonicalisation changed, as counts by kind.

    Example:
        >>> path = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]])
        >>> path.degree.tolist()
        [1, 2, 2, 1]
        >>> path.subgraph(torch.tensor([0, 1, 3])).edge_index.tolist()  # node 3 has lost its only neighbour
        [[0, 1], [1, 0]]
        >>> one_way = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]], directed=True)
        >>> one_way.degree.tolist()  # node 0 receives from none
        [0, 1, 1, 1]
    """

    kind: ClassVar[str] = "graph"

    edge_index: Tensor
    edge_weight: Tensor | None = field(default=None, kw_only=True)
    directed: bool = field(default=False, kw_only=True)

    @property
    def num_edges(self) -> int:
        """Number of edges; an undirected one counts once."""
        return self.edge_index.size(1) if self.directed else self.edge_index.size(1) // 2

    @property
    def link_counts(self) -> dict[str, int]:
        """Number of edges; an undirected one counts once."""
        return {"edges": self.num_edges}

    @property
    def structure(self) -> dict[str, Tensor]:
        """The edges, and what they weigh and that they have a direction, where it is so."""
        weight = {} if self.edge_weight is None else {"edge_weight": self.edge_weight}
        direction = {"directed": torch.ones(1, dtype=torch.uint8)} if self.directed else {}
        return {"edge_index": self.edge_index, **weight, **direction}

    @property
    def receiving(self) -> Tensor:
        """int64 (edges,), ascending: the node that a message along each edge reaches."""
        return self.edge_index[1 if self.directed else 0]

    @property
    def sending(self) -> Tensor:
        """int64 (edges,): the node that it comes from, ascending for each node that receives."""
        return self.edge_index[0 if self.directed else 1]

    @property
    def degree(self) -> Tensor:
        """int64 (nodes,): number of neighbours from which each node receives, whatever the edges weigh."""
        return torch.bincount(self.receiving, minlength=self.num_nodes)

    @cached_property
    def adjacency(self) -> CSR:
        """The (nodes, nodes) matrix: row i holds the neighbours from which i receives, and the weights of those edges.

        Weights are 1 where the graph has none; there are no self-loops.
        """
        column = self.sending  # sorted by row, so that the columns are the CSR's indices as they stand
        indptr = torch.cat([column.new_zeros(1), self.degree.cumsum(0)])
        values = torch.ones(column.numel()) if self.edge_weight is None else self.edge_weight
        return CSR(indptr, column, values, (self.num_nodes, self.num_nodes))

    def without(self, nodes: Tensor | None = None, edges: Tensor | None = None) -> Self:
        """What is left if some nodes and edges had never been.

        Args:
            nodes: int64, unique ids; they and all their edges are gone, and the others are renumbered in their order.
            edges: int64 (2, edges) by the same ids; undirected ones go in both directions, directed ones as they are
                given. Pairs that are no edge change nothing.

        Example:
            >>> path = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]])
            >>> path.without(torch.tensor([0])).edge_index.tolist()
            [[0, 1, 1, 2], [1, 0, 2, 1]]
            >>> path.without(edges=torch.tensor([[2], [1]])).degree.tolist()
            [1, 1, 1, 1]
        """
        if edges is None or not edges.numel():
            return super().without(nodes)
        gone = edges if self.directed else torch.cat([edges, edges.flip(0)], dim=1)
        kept = ~torch.isin(self._keys(self.edge_index), self._keys(gone))
        weight = None if self.edge_weight is None else self.edge_weight[kept]
        left = replace(self, edge_index=self.edge_index[:, kept], edge_weight=_unless_ones(weight))
        return left.without(nodes)

    def _keys(self, edges: Tensor) -> Tensor:
        """A number (edges,) for each pair of nodes."""
        return edges[0] * self.num_nodes + edges[1]

    def links_among(self, ids: Tensor) -> dict[str, Any]:
        """The edges of the induced subgraph on `ids` (unique), which are renumbered in their order."""
        present = torch.zeros(self.num_nodes, dtype=torch.bool)
        present[ids] = True
        row = torch.zeros(self.num_nodes, dtype=torch.int64)
        row[ids] = torch.arange(ids.numel())
        kept = present[self.edge_index[0]] & present[self.edge_index[1]]
        edges = row.index_select(0, self.edge_index[:, kept].reshape(-1)).view(2, -1)
        weight = None if self.edge_weight is None else self.edge_weight[kept]
        if not bool((ids.diff() > 0).all()):  # ascending ids keep the edges sorted
            first, second = (edges[1], edges[0]) if self.directed else edges
            order = torch.argsort(first * ids.numel() + second)
            edges, weight = edges[:, order], None if weight is None else weight[order]
        return {"edge_index": edges, "edge_weight": _unless_ones(weight)}

    def links_apart_from(self, ids: Tensor) -> dict[str, Any]:
        """The edges that have no end in `ids`."""
        linked = torch.ones(self.num_nodes, dtype=torch.bool)
        linked[ids] = False
        kept = linked[self.edge_index[0]] & linked[self.edge_index[1]]
        weight = None if self.edge_weight is None else self.edge_weight[kept]
        return {"edge_index": self.edge_index[:, kept], "edge_weight": _unless_ones(weight)}


def graph_from_arrays(
    features: Any,
    labels: Any,
    edge_index: Any,
    *,
    edge_weight: Any = None,
    directed: bool = False,
    name: str = "graph",
    class_names: Sequence[Any] | None = None,
    task: Task | None = None,
    sample_weight: Any = None,
    feature_names: Sequence[str] | None = None,
    own_splits: Sequence[Mapping[str, Any]] = (),
    texts: Sequence[str] | None = None,
) -> GraphData:
    """Validate arrays and bring them into canonical form.

    Edges are made undirected (both directions present), duplicates merged, self-loops removed: teachers that want
    self-loops add their own. Isolated nodes are kept. The operation is idempotent; `notes` counts what changed.

    Weights of duplicates are summed, as in PyG's `coalesce`. An undirected edge that is given in one direction has its
    weight in both; one that is given in both has the mean of the two. Weights that are all 1 are left out, so that such
    a graph is that without weights.

    Args:
        features: (nodes, features): numpy, scipy sparse, torch or `CSR`; finite.
        labels: (nodes,) integers, -1 = unknown, else 0 .. classes - 1; or as `task` says.
        edge_index: (2, edges) integers in 0 .. nodes - 1, in either or both directions.
        edge_weight: (edges,) finite numbers above 0; an edge of weight w counts as w edges. A node counts for itself as
            an edge of weight 1 does, so that weights should be about 1 on average: a warning says where they are not.
        directed: leave edges as they are given, from source (first row) to target (second row), as in PyG: a node
            receives from the sources of its edges alone.
        name: for messages and cards.
        class_names: one per class, of any one type; default: the numbers 0 .. largest label.
        task: what is predicted, in place of class names: `MultiLabel`, `Regression`, or `NodeClassification` with a
            metric or weights of its own.
        sample_weight: (nodes,) numbers from 0: how much the label of a node counts in training; default: all alike.
        feature_names: one per feature, all different; what ships then knows the columns of a table by name.
        own_splits: ids of the `train`, `valid` (optional) and `test` nodes of each split published with the data.
        texts: (nodes,) what each node says; no feature, but what teachers and inputs that read texts are given.

    Raises:
        DataError: for mismatched lengths, NaN or infinite features, labels or edges out of range, weights that are not
            finite or not above 0, no edge, no node.

    Example:
        >>> graph = graph_from_arrays([[1.0], [2.0], [3.0]], [0, 1, -1], [[0, 1, 1], [1, 0, 1]])
        >>> graph
        GraphData('graph': 3 nodes, 1 edges, 1 features, 2 classes)
        >>> graph.edge_index.tolist(), dict(graph.notes)
        ([[0, 1], [1, 0]], {'self_loops': 1})
    """
    x = check_features(features, name)
    task, y = check_task(labels, class_names, task, x.shape[0], name)
    edges = _canonical(edge_index, edge_weight, directed, x.shape[0], name)
    if edges.edge_index.size(1) == 0:
        raise DataError(
            f"{name}: expected at least one edge between two nodes, got none; a graph teacher has nothing to learn"
        )
    splits = tuple(check_own_split(split, x.shape[0], name) for split in own_splits)
    return GraphData(
        name,
        x,
        y,
        task,
        edges.edge_index,
        edge_weight=edges.weight,
        directed=directed,
        own_splits=splits,
        feature_names=check_feature_names(feature_names, x.shape[1], name),
        notes=edges.notes,
        sample_weight=check_sample_weight(sample_weight, x.shape[0], name),
        texts=check_texts(texts, x.shape[0], name),
    )


def _canonical(edge_index: Any, edge_weight: Any, directed: bool, num_nodes: int, name: str) -> CanonicalEdges:
    ends = check_edges(edge_index, num_nodes, name)
    given = check_edge_weight(edge_weight, ends, name)
    if directed:
        made = directed_edges(ends, given, num_nodes)
    elif given is not None:
        made = weighted_edges(ends, given, num_nodes)
    else:
        edges, notes = canonical_edges(ends, num_nodes)
        return CanonicalEdges(edges, None, notes)
    return made._replace(weight=_checked(_unless_ones(made.weight), name))


def _unless_ones(weight: Tensor | None) -> Tensor | None:
    """`None` for weights that say nothing."""
    return None if weight is None or bool((weight == 1).all()) else weight


def _checked(weight: Tensor | None, name: str) -> Tensor | None:
    """Weights that a sum has left finite; a warning says so where they are far from 1."""
    if weight is None or not weight.numel():
        return weight
    if not bool(weight.isfinite().all()):
        raise DataError(
            f"{name}: edge_weight: the sum over duplicates of an edge is infinite; divide weights by their mean"
        )
    mean = weight.double().mean().item()
    if not 1 / _FAR <= mean <= _FAR:
        warnings.warn(
            f"{name}: edge weights are {mean:.3g} on average, and a node counts for itself as an edge of weight 1: "
            "what it says of itself, or what its neighbours say, is nearly lost; divide weights by their mean",
            DataWarning,
            stacklevel=4,
        )
    return weight
