"""Two views of one task: training gets `Observed`, scoring gets `Full`."""

from dataclasses import dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_json, digest_tensors
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Split


@dataclass(frozen=True, eq=False)
class Observed:
    """All that training may see. An unseen node's row and links, and every test label, do not exist here.

    Args:
        graph: what is left of graph or hypergraph on the observed nodes, renumbered (`subgraph` says how hyperedges are
            truncated); labels of test nodes are -1.
        node_ids: int64 (observed nodes,): id of each row in the full graph, ascending.
        train: rows whose labels train.
        valid: rows whose labels choose the epoch.
    """

    graph: NodeData
    node_ids: Tensor
    train: Tensor
    valid: Tensor

    @cached_property
    def train_labels(self) -> Tensor:
        """Int64 (observed nodes,): the class where the label trains, else -1."""
        labels = torch.full_like(self.graph.labels, -1)
        labels[self.train] = self.graph.labels[self.train]
        return labels

    @cached_property
    def digest(self) -> str:
        """Digest of everything in the view: equal digests, equal training."""
        ids = digest_tensors({"node_ids": self.node_ids, "train": self.train, "valid": self.valid})
        return digest_json({"graph": self.graph.digest, "ids": ids})


@dataclass(frozen=True, eq=False)
class Full:
    """The whole graph or hypergraph with all labels, for scoring after training has stopped."""

    graph: NodeData
    split: Split


@dataclass(frozen=True, eq=False)
class Task:
    """A graph or hypergraph, and a split of it."""

    graph: NodeData
    split: Split

    @cached_property
    def observed(self) -> Observed:
        """The view for training."""
        present = torch.ones(self.graph.num_nodes, dtype=torch.bool)
        present[self.split.unseen] = False
        node_ids = present.nonzero()[:, 0]
        row = present.cumsum(0) - 1
        train, valid = row[self.split.train], row[self.split.valid]
        subgraph = self.graph.subgraph(node_ids)
        known = torch.cat([train, valid])
        labels = torch.full_like(subgraph.labels, -1)
        labels[known] = subgraph.labels[known]
        return Observed(replace(subgraph, labels=labels), node_ids, train, valid)

    @cached_property
    def full(self) -> Full:
        """The view for scoring."""
        return Full(self.graph, self.split)
