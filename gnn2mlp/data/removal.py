"""`Removal`: nodes and edges that are to be gone from a data set, and what becomes of data and splits without them."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import DataError, listing
from gnn2mlp.core.showing import call
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Split

_PARTS = {"train": "training", "valid": "validation", "seen": "seen test", "unseen": "unseen test"}


def _no_edges() -> Tensor:
    return torch.empty(2, 0, dtype=torch.int64)


@dataclass(frozen=True, eq=False, repr=False)
class Removal:
    """What is deleted from a data set, by the rows that its nodes have there.

    Args:
        num_nodes: of the data set.
        nodes: int64, ascending and unique: they, their labels and all their links are to be gone.
        edges: int64 (2, edges) between nodes that may stay; an undirected one is given in one direction.

    Example:
        >>> from gnn2mlp.data import graph_from_arrays
        >>> path = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]])
        >>> removal = Removal(4, nodes=torch.tensor([0]))
        >>> removal.left.tolist(), removal.row.tolist()  # what the rows that are left were, and what rows are now
        ([1, 2, 3], [-1, 0, 1, 2])
        >>> removal.of(path)
        GraphData('graph': 3 nodes, 2 edges, 4 features, 2 classes)
    """

    num_nodes: int
    nodes: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.int64))
    edges: Tensor = field(default_factory=_no_edges)

    def __repr__(self) -> str:
        return call("Removal", self.counts)

    @property
    def counts(self) -> dict[str, int]:
        """How many nodes and edges are named; edges that go with their nodes are not counted."""
        return {"nodes": self.nodes.numel(), "edges": self.edges.size(1)}

    @cached_property
    def left(self) -> Tensor:
        """int64, ascending: the rows of the data set whose nodes stay; row r of what is left was node `left[r]`."""
        return (self.row >= 0).nonzero()[:, 0]

    @cached_property
    def row(self) -> Tensor:
        """int64 (num_nodes,): the row of each node in what is left, -1 for those that go."""
        kept = torch.ones(self.num_nodes, dtype=torch.bool)
        kept[self.nodes] = False
        return torch.where(kept, kept.cumsum(0) - 1, -1)

    @property
    def digest(self) -> str:
        """Digest of what goes. A few ids can be guessed from it, so that nothing that is kept should hold it."""
        return digest_tensors({"nodes": self.nodes, "edges": self.edges})

    def of(self, data: NodeData) -> NodeData:
        """What is left of the data.

        Raises:
            DataError: if edges are to go from a hypergraph, or nothing is left that links two nodes.
        """
        if self.edges.size(1):
            left: NodeData = GraphData.expect(data, "the removal of edges").without(self.nodes, self.edges)
        else:
            left = data.without(self.nodes)
        if any(count == 0 for count in left.link_counts.values()) or not left.num_nodes:
            links = next(iter(left.link_counts))
            raise DataError(f"{data.name}: expected nodes and {links} to be left, got none; remove fewer")
        return left

    def rows(self, ids: Tensor) -> Tensor:
        """The new rows of those of some nodes that stay, in their order."""
        rows = self.row[ids]
        return rows[rows >= 0]

    def split(self, split: Split) -> Split:
        """The same split of what is left: every node that stays has the role that it had."""
        parts: dict[str, Any] = {part: self.rows(getattr(split, part)) for part in (*_PARTS, "absent")}
        return replace(split, **parts)

    def check(self, data: NodeData, split: Split) -> None:
        """Raise `DataError` unless what is left of a split can be learnt from and scored.

        Args:
            data: the whole of it.
            split: of the whole of it.
        """
        left = self.split(split)
        for part, told in _PARTS.items():
            if getattr(split, part).numel() and not getattr(left, part).numel():
                raise DataError(f"{data.name}: the removal leaves no {told} node (seed {split.seed}); remove fewer")
        if not data.task.exclusive:
            return
        before, after = (data.labels[ids].unique().tolist() for ids in (split.train, self.left[left.train]))
        if gone := sorted(set(before) - set(after)):
            names = listing([data.class_names[one] for one in gone])
            raise DataError(
                f"{data.name}: the removal leaves no training label of {names} (seed {split.seed}), and nobody can "
                "learn a class without one; remove fewer of its nodes, or start anew without the class"
            )
