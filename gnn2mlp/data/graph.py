"""`GraphData`: a frozen, validated graph with node features and labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.checks import check_edges, check_feature_names, check_own_split, check_sample_weight, check_task
from gnn2mlp.data.edges import canonical_edges
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.features import check_features
from gnn2mlp.tasks import Task


@dataclass(frozen=True, eq=False, repr=False)
class GraphData(NodeData):
    """An undirected graph in canonical form; build it with `graph_from_arrays`, which validates and canonicalises.

    Args:
        name: for messages and cards.
        features: (nodes, features), dense float or `CSR`.
        labels: see `NodeData`.
        task: what is predicted of a node.
        edge_index: int64 (2, edges), every edge in both directions, sorted, unique, without self-loops.
        own_splits: the splits published with the data; see `NodeData`.
        feature_names: one per feature, all different, or `None`.
        notes: what canonicalisation changed, as counts by kind.

    Example:
        >>> path = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]])
        >>> path.degree.tolist()
        [1, 2, 2, 1]
        >>> path.subgraph(torch.tensor([0, 1, 3])).edge_index.tolist()  # node 3 has lost its only neighbour
        [[0, 1], [1, 0]]
    """

    kind: ClassVar[str] = "graph"

    edge_index: Tensor

    @property
    def num_edges(self) -> int:
        """Number of undirected edges."""
        return self.edge_index.size(1) // 2

    @property
    def link_counts(self) -> dict[str, int]:
        """Number of undirected edges."""
        return {"edges": self.num_edges}

    @property
    def structure(self) -> dict[str, Tensor]:
        """The edges."""
        return {"edge_index": self.edge_index}

    @property
    def degree(self) -> Tensor:
        """int64 (nodes,): number of neighbours."""
        return torch.bincount(self.edge_index[0], minlength=self.num_nodes)

    @cached_property
    def adjacency(self) -> CSR:
        """The (nodes, nodes) pattern: row i holds the neighbours of i, values 1, no self-loops."""
        column = self.edge_index[1]  # sorted, so that the columns are the CSR's indices as they stand
        indptr = torch.cat([column.new_zeros(1), self.degree.cumsum(0)])
        return CSR(indptr, column, torch.ones(column.numel()), (self.num_nodes, self.num_nodes))

    def links_among(self, ids: Tensor) -> dict[str, Any]:
        """The edges of the induced subgraph on `ids` (unique), which are renumbered in their order."""
        present = torch.zeros(self.num_nodes, dtype=torch.bool)
        present[ids] = True
        row = torch.zeros(self.num_nodes, dtype=torch.int64)
        row[ids] = torch.arange(ids.numel())
        kept = present[self.edge_index[0]] & present[self.edge_index[1]]
        edges = row[self.edge_index[:, kept]]
        if not bool((ids.diff() > 0).all()):  # ascending ids keep the edges sorted
            edges = edges[:, torch.argsort(edges[0] * ids.numel() + edges[1])]
        return {"edge_index": edges}


def graph_from_arrays(
    features: Any,
    labels: Any,
    edge_index: Any,
    *,
    name: str = "graph",
    class_names: Sequence[Any] | None = None,
    task: Task | None = None,
    sample_weight: Any = None,
    feature_names: Sequence[str] | None = None,
    own_splits: Sequence[Mapping[str, Any]] = (),
) -> GraphData:
    """Validate arrays and bring them into canonical form.

    Edges are made undirected (both directions present), duplicates merged, self-loops removed: teachers that want
    self-loops add their own. Isolated nodes are kept. The operation is idempotent; `notes` counts what changed.

    Args:
        features: (nodes, features): numpy, scipy sparse, torch or `CSR`; finite.
        labels: (nodes,) integers, -1 = unknown, else 0 .. classes - 1; or as `task` says.
        edge_index: (2, edges) integers in 0 .. nodes - 1, in either or both directions.
        name: for messages and cards.
        class_names: one per class, of any one type; default: the numbers 0 .. largest label.
        task: what is predicted, in place of class names: `MultiLabel`, `Regression`, or `NodeClassification` with a
            metric or weights of its own.
        sample_weight: (nodes,) numbers from 0: how much the label of a node counts in training; default: all alike.
        feature_names: one per feature, all different; what ships then knows the columns of a table by name.
        own_splits: ids of the `train`, `valid` (optional) and `test` nodes of each split published with the data.

    Raises:
        DataError: for mismatched lengths, NaN or infinite features, labels or edges out of range, no edge, no node.

    Example:
        >>> graph = graph_from_arrays([[1.0], [2.0], [3.0]], [0, 1, -1], [[0, 1, 1], [1, 0, 1]])
        >>> graph
        GraphData('graph': 3 nodes, 1 edges, 1 features, 2 classes)
        >>> graph.edge_index.tolist(), dict(graph.notes)
        ([[0, 1], [1, 0]], {'self_loops': 1})
    """
    x = check_features(features, name)
    task, y = check_task(labels, class_names, task, x.shape[0], name)
    edges, notes = canonical_edges(check_edges(edge_index, x.shape[0], name), x.shape[0])
    if edges.size(1) == 0:
        raise DataError(
            f"{name}: expected at least one edge between two nodes, got none; a graph teacher has nothing to learn"
        )
    splits = tuple(check_own_split(split, x.shape[0], name) for split in own_splits)
    return GraphData(
        name,
        x,
        y,
        task,
        edges,
        own_splits=splits,
        feature_names=check_feature_names(feature_names, x.shape[1], name),
        notes=notes,
        sample_weight=check_sample_weight(sample_weight, x.shape[0], name),
    )
