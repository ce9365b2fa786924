"""`GraphData`: a frozen, validated graph with node features and labels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import scipy.sparse as sp
import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import DataError
from gnn2mlp.nn.csr import CSR, Features, gather


@dataclass(frozen=True, eq=False)
class GraphData:
    """An undirected graph in canonical form; build it with `graph_from_arrays`, which validates and canonicalises.

    Args:
        name: for messages and cards.
        features: (nodes, features), dense float or `CSR`.
        labels: int64 (nodes,), class per node, -1 = unknown.
        edge_index: int64 (2, edges), every edge in both directions, sorted, unique, without self-loops.
        class_names: one per class; its length is the number of classes.
        own_split: the data set's own split, as `{"train": ids, "valid": ids, "test": ids}`, or empty.
        notes: what canonicalisation changed, as counts by kind.
    """

    name: str
    features: Features
    labels: Tensor
    edge_index: Tensor
    class_names: tuple[str, ...]
    own_split: Mapping[str, Tensor] = field(default_factory=dict)
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
        row, column = self.edge_index
        return CSR.from_coo(row, column, torch.ones(row.numel()), (self.num_nodes, self.num_nodes))

    @cached_property
    def digest(self) -> str:
        """Digest of features, labels and edges."""
        parts = {"labels": self.labels, "edge_index": self.edge_index}
        if isinstance(self.features, CSR):
            parts |= {"indptr": self.features.indptr, "indices": self.features.indices, "values": self.features.values}
        else:
            parts["features"] = self.features
        return digest_tensors(parts)

    def subgraph(self, ids: Tensor) -> "GraphData":
        """The induced subgraph on `ids` (unique), renumbered in the order of `ids`; own split and notes are dropped."""
        new_id = torch.full((self.num_nodes,), -1, dtype=torch.int64)
        new_id[ids] = torch.arange(ids.numel())
        ends = new_id[self.edge_index]
        return GraphData(
            self.name,
            gather(self.features, ids),
            self.labels[ids],
            _sorted_edges(ends[:, (ends >= 0).all(0)], ids.numel()),
            self.class_names,
        )

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
    own_split: Mapping[str, Any] | None = None,
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
        own_split: ids of the data set's own `train`, `valid` and `test` nodes.

    Raises:
        DataError: for mismatched lengths, NaN or infinite features, labels or edges out of range, no edge, no node.
    """
    x = check_features(features, name)
    y = _check_labels(labels, x.shape[0], name)
    num_classes = int(y.max()) + 1 if class_names is None else len(class_names)
    if y.max() >= num_classes:
        raise DataError(f"{name}: labels must lie in 0..{num_classes - 1} (or -1 for unknown), got {int(y.max())}")
    names = tuple(class_names) if class_names is not None else tuple(str(c) for c in range(num_classes))
    edges, notes = canonical_edges(_check_edges(edge_index, x.shape[0], name), x.shape[0])
    if edges.size(1) == 0:
        raise DataError(f"{name}: expected at least one edge between two nodes, got none; a graph teacher has nothing to learn")
    split = {key: torch.as_tensor(np.asarray(ids), dtype=torch.int64) for key, ids in (own_split or {}).items()}
    return GraphData(name, x, y, edges, names, split, notes)


def check_features(features: Any, name: str = "features") -> Features:
    """Features as a dense float tensor or `CSR`.

    Accepts numpy, scipy sparse, pandas, torch (dense or sparse CSR) and `CSR`. float64 stays float64, all else becomes
    float32.

    Raises:
        DataError: if they are not two-dimensional, not numeric, or not finite (the message counts the bad rows).
    """
    x = _as_features(features, name)
    values = x.values if isinstance(x, CSR) else x
    finite = torch.isfinite(values)
    if not finite.all():
        bad = (x.row_ids()[~finite] if isinstance(x, CSR) else (~finite).nonzero()[:, 0]).unique()
        raise DataError(
            f"{name}: features must be finite, got NaN or infinity in {bad.numel()} of {x.shape[0]} rows "
            f"(first: row {int(bad[0])}); impute or drop them"
        )
    return x


def _as_features(features: Any, name: str) -> Features:
    if isinstance(features, CSR):
        return features
    if sp.issparse(features):
        return CSR.from_scipy(features)
    if isinstance(features, Tensor) and features.layout == torch.sparse_csr:
        return CSR(features.crow_indices(), features.col_indices(), features.values(), tuple(features.shape))
    try:
        x = features if isinstance(features, Tensor) else torch.from_numpy(np.array(features, dtype=_float_type(features)))
    except (TypeError, ValueError) as error:
        raise DataError(f"{name}: features must be a numeric (nodes, features) array, got {type(features).__name__}: {error}") from error
    if x.dim() != 2 or x.size(1) == 0:
        raise DataError(f"{name}: features must have shape (nodes, features) with at least one feature, got {tuple(x.shape)}")
    return x if x.dtype == torch.float64 else x.to(torch.float32)


def _float_type(array: Any) -> type:
    return np.float64 if getattr(array, "dtype", None) == np.float64 else np.float32


def _check_labels(labels: Any, num_nodes: int, name: str) -> Tensor:
    y = np.asarray(labels)
    if y.ndim != 1 or y.shape[0] != num_nodes:
        raise DataError(f"{name}: expected one label per node, {num_nodes} in all, got an array of shape {y.shape}")
    if y.size == 0:
        raise DataError(f"{name}: expected at least one node, got none")
    if not (np.issubdtype(y.dtype, np.integer) or np.array_equal(y, np.trunc(y))):
        raise DataError(f"{name}: labels must be integers, got {y.dtype}")
    y = y.astype(np.int64)
    if y.min() < -1:
        raise DataError(f"{name}: labels must be -1 (unknown) or a class from 0 upwards, got {y.min()}")
    if y.max() < 0:
        raise DataError(f"{name}: every node is unlabelled (-1); expected some labelled nodes to train on")
    return torch.from_numpy(y)


def _check_edges(edge_index: Any, num_nodes: int, name: str) -> Tensor:
    edges = np.asarray(edge_index)
    if edges.ndim != 2 or edges.shape[0] != 2:
        raise DataError(f"{name}: edge_index must have shape (2, edges), got {edges.shape}; transpose a list of pairs")
    if edges.size == 0:
        return torch.zeros((2, 0), dtype=torch.int64)
    if not np.issubdtype(edges.dtype, np.integer):
        raise DataError(f"{name}: edge_index must hold integers, got {edges.dtype}")
    bad = (edges < 0) | (edges >= num_nodes)
    if bad.any():
        raise DataError(
            f"{name}: edge ends must lie in 0..{num_nodes - 1}, got {edges[bad][0]} in {int(bad.any(0).sum())} of "
            f"{edges.shape[1]} edges"
        )
    return torch.from_numpy(edges.astype(np.int64))


def canonical_edges(edge_index: Tensor, num_nodes: int) -> tuple[Tensor, dict[str, int]]:
    """Undirected, unique, loop-free, sorted edges, and how many self-loops and duplicates were there.

    A duplicate is a pair that occurs more than once in the same direction.
    """
    loops = edge_index[0] == edge_index[1]
    edges = edge_index[:, ~loops]
    pairs = edges[0] * num_nodes + edges[1]
    both = torch.cat([pairs, edges[1] * num_nodes + edges[0]]).unique()
    notes = {"self_loops": int(loops.sum()), "duplicates": pairs.numel() - pairs.unique().numel()}
    return torch.stack([both // num_nodes, both % num_nodes]), {k: v for k, v in notes.items() if v}


def _sorted_edges(edge_index: Tensor, num_nodes: int) -> Tensor:
    return edge_index[:, torch.argsort(edge_index[0] * num_nodes + edge_index[1])]
