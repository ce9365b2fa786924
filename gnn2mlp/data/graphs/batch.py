"""`GraphBatch`: some graphs of a set as one disconnected graph, which is what networks read."""

from dataclasses import dataclass, replace
from typing import Any, Self

import torch
from torch import Tensor

from gnn2mlp.core.showing import short_repr


@dataclass(frozen=True, eq=False)
class GraphBatch:
    """Some graphs side by side, as PyG's `Batch` has them: nodes are numbered through, no edge links two graphs.

    Args:
        node_codes: int64 (nodes, fields), or `None`; see `GraphSet`.
        features: float32 (nodes, features), or `None`.
        edge_index: int64 (2, edges), from source to target, rows of this batch.
        edge_codes: int64 (edges, edge fields), or `None`.
        graph_of_node: int64 (nodes,), ascending: which graph of the batch each node is a part of.
        num_graphs: how many graphs there are; one without nodes is possible only in a batch of a user's own making.
        roots: bool (nodes,), which nodes a read-out pools; `None`: all.
        degrees: int64 (nodes,), of how many edges a node is a part where its own edges do not tell; `None`: they do.
        weights: float32 (graphs,), how much each counts in a loss; `None`: all alike.

    Example:
        >>> from gnn2mlp.data import graph_set_from_arrays
        >>> graphs = graph_set_from_arrays([0, 1], [0, 0, 1, 1, 1], [[0, 2, 3], [1, 3, 4]], node_codes=[0, 1, 0, 0, 1])
        >>> batch = graphs.batch([1])
        >>> batch.edge_index.tolist(), batch.graph_of_node.tolist(), batch.nodes_per_graph.tolist()
        ([[0, 1, 1, 2], [1, 0, 2, 1]], [0, 0, 0], [3])
    """

    node_codes: Tensor | None
    features: Tensor | None
    edge_index: Tensor
    edge_codes: Tensor | None
    graph_of_node: Tensor
    num_graphs: int
    roots: Tensor | None = None
    degrees: Tensor | None = None
    weights: Tensor | None = None

    __repr__ = short_repr

    @property
    def num_nodes(self) -> int:
        """Number of nodes of all graphs together."""
        return self.graph_of_node.size(0)

    @property
    def nodes_per_graph(self) -> Tensor:
        """int64 (graphs,): number of nodes of each."""
        return torch.bincount(self.graph_of_node, minlength=self.num_graphs)

    def to(self, device: torch.device | str) -> Self:
        """The same batch on a device."""
        arrays = {name: value for name, value in vars(self).items() if isinstance(value, Tensor)}
        moved: dict[str, Any] = {name: value.to(device, non_blocking=True) for name, value in arrays.items()}
        return replace(self, **moved)
