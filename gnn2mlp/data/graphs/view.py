"""Two views of a set of graphs under a split: training gets `ObservedGraphs`, scoring gets `FullGraphs`."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_json, digest_tensors
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graphs.graph_set import GraphSet
from gnn2mlp.data.graphs.seen_categories import with_seen_categories
from gnn2mlp.data.split import Split
from gnn2mlp.tasks import Task


@dataclass(frozen=True, eq=False)
class ObservedGraphs:
    """All that training may see. A test graph does not exist here, neither its nodes nor its label.

    Args:
        graphs: the observed graphs, renumbered; labels of those that neither train nor validate are blank.
        graph_ids: int64 (observed graphs,): number of each in the whole set, ascending.
        train: numbers of observed graphs whose labels train.
        valid: numbers of those whose labels choose the epoch.
        condensed: whether the training graphs stand for others. A network trained on them is ill calibrated on graphs
            as they are, so that the loss of validation graphs says little of which epoch is best.

    Example:
        >>> from gnn2mlp.data import GraphViews, load_graph_set, split_graphs
        >>> graphs = load_graph_set("motif-graphs")
        >>> observed, full = GraphViews.of(graphs, split_graphs(graphs, "fraction", seed=0))
        >>> observed.graphs.num_graphs + full.split.test.numel() == graphs.num_graphs
        True
    """

    graphs: GraphSet
    graph_ids: Tensor
    train: Tensor
    valid: Tensor
    condensed: bool = False

    __repr__ = short_repr

    @cached_property
    def task(self) -> Task:
        """What is learnt, with all that training labels decide of it."""
        return self.graphs.task.fitted(self.graphs.labels[self.train])

    @cached_property
    def train_labels(self) -> Tensor:
        """Labels (observed graphs, ...) where they train, else blank."""
        return _labels_of(self.graphs, self.train)

    @cached_property
    def digest(self) -> str:
        """Digest of everything in the view: equal digests, equal training."""
        ids = digest_tensors({"graph_ids": self.graph_ids, "train": self.train, "valid": self.valid})
        return digest_json({"graphs": self.graphs.digest, "ids": ids})


@dataclass(frozen=True, eq=False)
class FullGraphs:
    """The whole set with all labels, for scoring after every choice has been made.

    Args:
        graphs: with the labels of test graphs.
        split: which graphs those are.
    """

    graphs: GraphSet
    split: Split

    __repr__ = short_repr

    @property
    def labels(self) -> Tensor:
        """Labels (graphs, ...) of all graphs."""
        return self.graphs.labels


class GraphViews(NamedTuple):
    """`observed`, what training is given, and `full`, for scoring alone: nothing that trains takes a `FullGraphs`."""

    observed: ObservedGraphs
    full: FullGraphs

    def __repr__(self) -> str:
        return short_repr(self)

    @classmethod
    def of(cls, graphs: GraphSet, split: Split) -> Self:
        """Both views of `graphs` under `split`; see `with_seen_categories` for what they know of categories."""
        graphs = with_seen_categories(graphs, split.train)
        present = torch.ones(graphs.num_graphs, dtype=torch.bool)
        present[split.test] = False
        graph_ids, row = present.nonzero()[:, 0], present.cumsum(0) - 1
        train, valid = row[split.train], row[split.valid]
        seen = graphs.take(graph_ids)
        labels = _labels_of(seen, torch.cat([train, valid]))
        return cls(ObservedGraphs(replace(seen, labels=labels), graph_ids, train, valid), FullGraphs(graphs, split))


def _labels_of(graphs: GraphSet, ids: Tensor) -> Tensor:
    """Labels (graphs, ...) of the graphs `ids`; blank for all others."""
    labels = torch.full_like(graphs.labels, graphs.task.blank)
    labels[ids] = graphs.labels[ids]
    return labels
