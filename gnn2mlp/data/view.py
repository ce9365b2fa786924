"""Two views of a graph under a split: training gets `Observed`, scoring gets `Full`."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_json, digest_tensors
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.split import Split
from gnn2mlp.tasks import Task


@dataclass(frozen=True, eq=False)
class Observed:
    """All that training may see. An unseen node's row and links, and every test label, do not exist here.

    Args:
        graph: what is left of graph or hypergraph on the observed nodes, renumbered (`subgraph` says how hyperedges are
            truncated); labels of test nodes are blank.
        node_ids: int64 (observed nodes,): id of each row in the full graph, ascending.
        train: rows whose labels train.
        valid: rows whose labels choose the epoch.
    """

    graph: NodeData
    node_ids: Tensor
    train: Tensor
    valid: Tensor

    __repr__ = short_repr

    @cached_property
    def task(self) -> Task:
        """What is learnt, with all that training labels decide of it."""
        return self.graph.task.fitted(self.graph.labels[self.train])

    @cached_property
    def sample_weight(self) -> Tensor | None:
        """Float (observed nodes,): how much each counts, on average 1 over training nodes; `None`: all alike."""
        weight = self.graph.sample_weight
        return None if weight is None else weight / weight[self.train].mean().clamp(min=1e-12)

    @cached_property
    def train_labels(self) -> Tensor:
        """Labels (observed nodes, ...) where they train, else blank."""
        return _labels_of(self.graph, self.train)

    @cached_property
    def digest(self) -> str:
        """Digest of everything in the view: equal digests, equal training."""
        ids = digest_tensors({"node_ids": self.node_ids, "train": self.train, "valid": self.valid})
        return digest_json({"graph": self.graph.digest, "ids": ids})


@dataclass(frozen=True, eq=False)
class Full:
    """The whole graph or hypergraph with all labels, for scoring after every choice has been made.

    Args:
        graph: with the labels of test nodes.
        split: which nodes those are.
    """

    graph: NodeData
    split: Split

    __repr__ = short_repr

    @property
    def labels(self) -> Tensor:
        """Labels (nodes, ...) of all nodes."""
        return self.graph.labels


class Views(NamedTuple):
    """`observed`, what training is given, and `full`, what scoring is given. Nothing that trains takes a `Full`."""

    observed: Observed
    full: Full

    def __repr__(self) -> str:
        return short_repr(self)

    @classmethod
    def of(cls, graph: NodeData, split: Split) -> Self:
        """Both views of `graph` under `split`.

        Example:
            >>> from gnn2mlp.core.spec import Spec
            >>> from gnn2mlp.data import SPLITTERS, load_dataset
            >>> graph = load_dataset("digits")
            >>> observed, full = Views.of(graph, Spec("fraction").build(SPLITTERS).split(graph, 0, "inductive"))
            >>> observed.graph.num_nodes + full.split.unseen.numel() == graph.num_nodes
            True
        """
        present = torch.ones(graph.num_nodes, dtype=torch.bool)
        present[torch.cat([split.unseen, split.absent])] = False
        node_ids = present.nonzero()[:, 0]
        row = present.cumsum(0) - 1
        train, valid = row[split.train], row[split.valid]
        subgraph = graph.subgraph(node_ids)
        labels = _labels_of(subgraph, torch.cat([train, valid]))
        return cls(Observed(replace(subgraph, labels=labels), node_ids, train, valid), Full(graph, split))


def _labels_of(graph: NodeData, ids: Tensor) -> Tensor:
    """Labels (nodes, ...) of the nodes `ids`; blank for all others."""
    labels = torch.full_like(graph.labels, graph.task.blank)
    labels[ids] = graph.labels[ids]
    return labels
