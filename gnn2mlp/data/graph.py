"""`GraphData`: a frozen, validated graph with node features and labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import DataError
from gnn2mlp.data.checks import check_classes, check_edges, check_labels, check_own_split
from gnn2mlp.data.edges import canonical_edges
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.nn.features import check_features


@dataclass(frozen=True, eq=False)
class GraphData:
    """An undirected graph in canonical form; build it with `graph_from_arrays`, which validates and canonicalises.

    Args:
        name: for messages and cards.
        features: (nodes, features), dense float or `CSR`.
        labels: int64 (nodes,), class per node, -1 = unknown.
        edge_index: int64 (2, edges), every edge in both directions, sorted, unique, without self-loops.
        class_names: one per class; its length is the number of classes.
        own_splits: the splits published with the data, each as `{"train": ids, "valid": ids, "test": ids}`; `valid` may
            be left out. Mostly none or one.
        notes: what canonicalisation changed, as counts by kind.
    """

    name: str
    features: Features
    labels: Tensor
    edge_index: Tensor
    class_names: tuple[str, ...]
    own_splits: tuple[Mapping[str, Tensor], ...] = ()
    notes: Mapping[str, int] = field(default_factory=dict)

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return self.labels.numel()

    @property
    def num_edges(self) -> int:
        """Number of undirected edges."""
        return self.edge_index.size(1) // 2

    @property
    def num_features(self) -> int:
        """Width of the features."""
        return self.features.shape[1]

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

    @cached_property
    def adjacency(self) -> CSR:
        """The (nodes, nodes) pattern: row i holds the neighbours of i, values 1, no self-loops."""
        row, column = self.edge_index  # sorted, so that the columns are the CSR's indices as they stand
        indptr = torch.cat([row.new_zeros(1), torch.bincount(row, minlength=self.num_nodes).cumsum(0)])
        return CSR(indptr, column, torch.ones(column.numel()), (self.num_nodes, self.num_nodes))

    @cached_property
    def digest(self) -> str:
        """Digest of features, labels, edges and the number of classes."""
        parts = {"labels": self.labels, "edge_index": self.edge_index, "classes": torch.tensor([self.num_classes])}
        if isinstance(self.features, CSR):
            parts |= {"indptr": self.features.indptr, "indices": self.features.indices, "values": self.features.values}
        else:
            parts["features"] = self.features
        return digest_tensors(parts)

    def subgraph(self, ids: Tensor) -> "GraphData":
        """The induced subgraph on `ids` (unique), renumbered in their order; own splits and notes are dropped."""
        present = torch.zeros(self.num_nodes, dtype=torch.bool)
        present[ids] = True
        row = torch.zeros(self.num_nodes, dtype=torch.int64)
        row[ids] = torch.arange(ids.numel())
        kept = present[self.edge_index[0]] & present[self.edge_index[1]]
        edges = row[self.edge_index[:, kept]]
        if not bool((ids[1:] > ids[:-1]).all()):  # ascending ids keep the edges sorted
            edges = edges[:, torch.argsort(edges[0] * ids.numel() + edges[1])]
        return GraphData(self.name, gather(self.features, ids), self.labels[ids], edges, self.class_names)

    def __repr__(self) -> str:
        return (
            f"GraphData({self.name!r}: {self.num_nodes:,} nodes, {self.num_edges:,} edges, "
            f"{self.num_features:,} features, {self.num_classes} classes)"
        )


def graph_from_arrays(
    features: Any,
    labels: Any,
    edge_index: Any,
    *,
    name: str = "graph",
    class_names: Sequence[str] | None = None,
    own_splits: Sequence[Mapping[str, Any]] = (),
) -> GraphData:
    """Validate arrays and bring them into canonical form.

    Edges are made undirected (both directions present), duplicates merged, self-loops removed: teachers that want
    self-loops add their own. Isolated nodes are kept. The operation is idempotent; `notes` counts what changed.

    Args:
        features: (nodes, features): numpy, scipy sparse, torch or `CSR`; finite.
        labels: (nodes,) integers, -1 = unknown, else 0 .. classes - 1.
        edge_index: (2, edges) integers in 0 .. nodes - 1, in either or both directions.
        name: for messages and cards.
        class_names: one per class; default: as many as the largest label asks for.
        own_splits: ids of the `train`, `valid` (optional) and `test` nodes of each split published with the data.

    Raises:
        DataError: for mismatched lengths, NaN or infinite features, labels or edges out of range, no edge, no node.
    """
    x = check_features(features, name)
    y = check_labels(labels, x.shape[0], name)
    names = check_classes(y, class_names, name)
    edges, notes = canonical_edges(check_edges(edge_index, x.shape[0], name), x.shape[0])
    if edges.size(1) == 0:
        raise DataError(
            f"{name}: expected at least one edge between two nodes, got none; a graph teacher has nothing to learn"
        )
    splits = tuple(check_own_split(split, x.shape[0], name) for split in own_splits)
    return GraphData(name, x, y, edges, names, splits, notes)
