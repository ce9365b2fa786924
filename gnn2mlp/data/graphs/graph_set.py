"""`GraphSet`: a frozen set of whole graphs, each with a label."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_json, digest_tensors
from gnn2mlp.core.errors import DataError
from gnn2mlp.data.graphs.batch import GraphBatch
from gnn2mlp.tasks import Task

Ids = Tensor | np.ndarray | Sequence[int]


@dataclass(frozen=True, eq=False, repr=False)
class GraphSet:
    """Graphs in canonical form, side by side in one numbering of nodes; `graph_set_from_arrays` builds it.

    The nodes of graph g are the rows `node_offsets[g] : node_offsets[g + 1]`, its edges the columns
    `edge_offsets[g] : edge_offsets[g + 1]` of `edge_index`. Categories are kept as codes, which networks embed, and are
    never taken for numbers.

    Args:
        name: for messages and cards.
        labels: of classes int64 (graphs,), positions in `task.classes`, -1 where unknown; of other tasks float32
            (graphs, outputs), NaN where unknown.
        task: what is predicted of a graph.
        edge_index: int64 (2, edges), from source to target, rows of nodes; undirected edges in both directions. Sorted
            by the first row, hence by graph.
        node_offsets: int64 (graphs + 1,), ascending, from 0 to the number of nodes.
        edge_offsets: int64 (graphs + 1,), ascending, from 0 to the number of columns of `edge_index`.
        node_codes: int64 (nodes, fields): what each node is, a category per field; or `None`.
        features: float32 (nodes, features), or `None`. A set has codes, features, or both.
        edge_codes: int64 (edges, edge fields): what each edge is; or `None`.
        code_sizes: how many categories each field of nodes has; codes lie below.
        edge_code_sizes: how many each field of edges has.
        graph_names: what each graph is called, as text (graphs,) or numbers; `None`: its number. No part of the digest.
        own_splits: the splits published with the data, ids of graphs as `{"train": ids, "valid": ids, "test": ids}`.
        notes: what canonicalisation changed, as counts by kind.
        node_fields, edge_fields: names of the fields, or `()`.
        categories: of some fields of nodes or edges, by name, what the codes stand for, in their order. Tables that
            hold text say so, and what ships reads it again.
        feature_names: one per feature, or `None`.
        open_categories: whether the categories are those that the graphs happen to have. Views of training then know
            those of training graphs alone, and others have the code -1, which networks read as nothing.
        directed: whether messages pass from source to target alone.
        weights: float32 (graphs,), at least 0: how much each counts in a loss; `None`: all alike.
        roots: bool (nodes,), which nodes a read-out pools; `None`: all.
        degrees: int64 (nodes,), of graphs that are parts of others: of how many edges a node is a part there.

    Example:
        >>> from gnn2mlp.data import graph_set_from_arrays
        >>> graphs = graph_set_from_arrays([0, 1], [0, 0, 1, 1, 1], [[0, 2, 3], [1, 3, 4]], node_codes=[0, 1, 0, 0, 1])
        >>> graphs
        GraphSet('graphs': 2 graphs, 5 nodes, 3 edges, 2 node codes, 2 classes)
        >>> graphs.take([1]).node_offsets.tolist()
        [0, 3]
    """

    name: str
    labels: Tensor
    task: Task
    edge_index: Tensor
    node_offsets: Tensor
    edge_offsets: Tensor
    node_codes: Tensor | None = field(default=None, kw_only=True)
    features: Tensor | None = field(default=None, kw_only=True)
    edge_codes: Tensor | None = field(default=None, kw_only=True)
    code_sizes: tuple[int, ...] = field(default=(), kw_only=True)
    edge_code_sizes: tuple[int, ...] = field(default=(), kw_only=True)
    graph_names: np.ndarray | None = field(default=None, kw_only=True)
    own_splits: tuple[Mapping[str, Tensor], ...] = field(default=(), kw_only=True)
    notes: Mapping[str, int] = field(default_factory=dict, kw_only=True)
    node_fields: tuple[str, ...] = field(default=(), kw_only=True)
    edge_fields: tuple[str, ...] = field(default=(), kw_only=True)
    categories: Mapping[str, tuple[Any, ...]] = field(default_factory=dict, kw_only=True)
    feature_names: tuple[str, ...] | None = field(default=None, kw_only=True)
    open_categories: bool = field(default=False, kw_only=True)
    directed: bool = field(default=False, kw_only=True)
    weights: Tensor | None = field(default=None, kw_only=True)
    roots: Tensor | None = field(default=None, kw_only=True)
    degrees: Tensor | None = field(default=None, kw_only=True)

    @property
    def num_graphs(self) -> int:
        """Number of graphs."""
        return self.labels.size(0)

    def __len__(self) -> int:
        return self.num_graphs

    @property
    def num_nodes(self) -> int:
        """Number of nodes of all graphs together."""
        return int(self.node_offsets[-1])

    @property
    def num_edges(self) -> int:
        """Number of edges of all graphs together; an undirected one counts once."""
        return self.edge_index.size(1) if self.directed else self.edge_index.size(1) // 2

    @property
    def num_features(self) -> int:
        """Width of the features; 0 without any."""
        return 0 if self.features is None else self.features.size(1)

    @property
    def nodes_per_graph(self) -> Tensor:
        """int64 (graphs,): number of nodes of each graph."""
        return self.node_offsets.diff()

    @property
    def edges_per_graph(self) -> Tensor:
        """int64 (graphs,): number of edges of each graph; an undirected one counts once."""
        columns = self.edge_offsets.diff()
        return columns if self.directed else columns // 2

    @property
    def graph_of_node(self) -> Tensor:
        """int64 (nodes,), ascending: which graph each node is a part of."""
        return torch.repeat_interleave(self.nodes_per_graph)

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes (or labels, or targets) of the task are called, as text."""
        return self.task.output_names

    @property
    def sizes(self) -> dict[str, int]:
        """How many graphs, nodes, edges, codes, features and classes (or what the task has in their place)."""
        own = {"node codes": sum(self.code_sizes), "edge codes": sum(self.edge_code_sizes)}
        own["features"] = self.num_features
        inputs = {name: count for name, count in own.items() if count}
        outputs = {self.task.outputs_called: self.task.num_outputs}
        return {
            "graphs": self.num_graphs,
            "nodes": self.num_nodes,
            "edges": self.num_edges,
            **inputs,
            **outputs,
        }

    def graph(self, number: int) -> GraphBatch:
        """One graph, as a batch of one."""
        return self.batch([number])

    def batch(self, ids: Ids) -> GraphBatch:
        """The graphs `ids`, in their order, as one disconnected graph.

        Args:
            ids: numbers of graphs, 0 .. graphs - 1.

        Raises:
            DataError: for numbers that are no graph's.
        """
        chosen = self._checked(ids)
        nodes, counts = rows_of_parts(self.node_offsets, chosen)
        edges, edge_counts = rows_of_parts(self.edge_offsets, chosen)
        shift = (counts.cumsum(0) - counts) - self.node_offsets[chosen]
        return GraphBatch(
            node_codes=_at(self.node_codes, nodes),
            features=_at(self.features, nodes),
            edge_index=self.edge_index[:, edges] + shift.repeat_interleave(edge_counts),
            edge_codes=_at(self.edge_codes, edges),
            graph_of_node=torch.repeat_interleave(counts),
            num_graphs=chosen.numel(),
            roots=_at(self.roots, nodes),
            degrees=_at(self.degrees, nodes),
            weights=_at(self.weights, chosen),
        )

    def nodes_of(self, ids: Ids) -> Tensor:
        """int64 (nodes of them,): the rows of the nodes of the graphs `ids`, in the order in which a batch has them.

        Raises:
            DataError: for numbers that are no graph's.
        """
        return rows_of_parts(self.node_offsets, self._checked(ids))[0]

    def batches(self, size: int, ids: Ids | None = None) -> Iterator[GraphBatch]:
        """All graphs, or the graphs `ids`, `size` at a time in their order; the last batch may be smaller.

        Each exists only while it is used, so that memory does not grow with the number of graphs.
        """
        chosen = torch.arange(self.num_graphs) if ids is None else self._checked(ids)
        for part in chosen.split(size):
            yield self.batch(part)

    def take(self, ids: Ids) -> Self:
        """The set of the graphs `ids`, in their order; own splits and notes are dropped.

        Raises:
            DataError: for numbers that are no graph's, or none at all.
        """
        chosen = self._checked(ids)
        if not chosen.numel():
            raise DataError(f"{self.name}: expected at least one graph to take, got none")
        found = self.batch(chosen)
        return replace(
            self,
            labels=self.labels[chosen],
            edge_index=found.edge_index,
            node_offsets=_offsets(self.node_offsets.diff()[chosen]),
            edge_offsets=_offsets(self.edge_offsets.diff()[chosen]),
            node_codes=found.node_codes,
            features=found.features,
            edge_codes=found.edge_codes,
            graph_names=None if self.graph_names is None else self.graph_names[chosen.numpy()],
            own_splits=(),
            notes={},
            weights=found.weights,
            roots=found.roots,
            degrees=found.degrees,
        )

    def _checked(self, ids: Ids) -> Tensor:
        """Numbers of graphs as int64."""
        found = ids if isinstance(ids, Tensor) else torch.from_numpy(np.asarray(ids, dtype=None if len(ids) else int))
        if found.ndim != 1 or found.is_floating_point() or found.dtype == torch.bool:
            raise DataError(
                f"{self.name}: expected numbers of graphs, integers of shape (graphs,), got {found.dtype} of shape "
                f"{tuple(found.shape)}; turn a mask into numbers with nonzero()"
            )
        if found.numel() and not 0 <= int(found.min()) <= int(found.max()) < self.num_graphs:
            raise DataError(
                f"{self.name}: expected numbers of graphs in 0..{self.num_graphs - 1}, got "
                f"{int(found.min())}..{int(found.max())}"
            )
        return found.to(torch.int64)

    @cached_property
    def digest(self) -> str:
        """Digest of nodes, edges, labels and the task; names of graphs and notes are no part of it."""
        arrays = {name: value for name, value in vars(self).items() if isinstance(value, Tensor)}
        return digest_json(
            {
                "arrays": digest_tensors(arrays),
                "sizes": [self.code_sizes, self.edge_code_sizes],
                "fields": [self.node_fields, self.edge_fields, self.feature_names],
                "categories": {name: list(map(str, values)) for name, values in self.categories.items()},
                "directed": self.directed,
                "task": self.task.spec().to_dict(),
            }
        )

    def __repr__(self) -> str:
        sizes = ", ".join(f"{count:,} {what}" for what, count in self.sizes.items())
        return f"{type(self).__name__}({self.name!r}: {sizes})"


def _at(values: Tensor | None, rows: Tensor) -> Tensor | None:
    return None if values is None else values[rows]


def _offsets(counts: Tensor) -> Tensor:
    """int64 (parts + 1,): where each part begins, and where the last one ends."""
    return torch.cat([counts.new_zeros(1), counts.cumsum(0)])


def rows_of_parts(offsets: Tensor, ids: Tensor) -> tuple[Tensor, Tensor]:
    """The rows of the parts `ids`, one part after the other, and how many each part has.

    Example:
        >>> [each.tolist() for each in rows_of_parts(torch.tensor([0, 2, 2, 5]), torch.tensor([2, 0]))]
        [[2, 3, 4, 0, 1], [3, 2]]
    """
    first, counts = offsets[ids], offsets.diff()[ids]
    shift = first - (counts.cumsum(0) - counts)
    return torch.arange(int(counts.sum())) + shift.repeat_interleave(counts), counts
