"""Two views of a graph under a split of its links: training gets `ObservedLinks`, scoring gets `FullLinks`."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Self

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_json, digest_tensors
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.showing import short_repr
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links.checks import check_readable
from gnn2mlp.data.links.negatives import NonEdges
from gnn2mlp.data.links.pairs import are_edges, merged, pairs_of, undirected, with_pairs
from gnn2mlp.data.links.split import NEGATIVES, LinkSplit
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Observed
from gnn2mlp.tasks import LinkPrediction, Task


@dataclass(frozen=True, eq=False)
class ObservedLinks(Observed):
    """All that training may see of links. No pair that is to be predicted is an edge here; new nodes do not exist.

    No node has a label, so that `train` and `valid` are empty, and `sample_weight` is `None`.

    Args:
        graph: the observed nodes, renumbered, with training edges alone and their weights; its task is the
            `LinkPrediction`.
        node_ids: int64 (observed nodes,): id of each row in the full graph, ascending.
        train: empty.
        valid: empty.
        pairs: int64 (training pairs, 2): rows of the edges that train, the smaller first, sorted, each once.
        valid_pairs: rows of the edges that choose the epoch.
        valid_negatives: rows of the pairs that those are compared with.

    Example:
        >>> from gnn2mlp.data import LinkViews, RandomEdges, graph_from_arrays
        >>> ring = graph_from_arrays(torch.eye(40), [0, 1] * 20, [range(40), [*range(1, 40), 0]])
        >>> observed, full = LinkViews.of(ring, RandomEdges().split(ring, 0), LinkPrediction())
        >>> observed.graph.num_edges == observed.pairs.size(0) == ring.num_edges - 2 - 4
        True
        >>> fresh = observed.non_edges.sample(5, torch.Generator().manual_seed(0))  # negatives of a step
        >>> fresh.shape
        torch.Size([5, 2])
    """

    graph: GraphData
    pairs: Tensor
    valid_pairs: Tensor
    valid_negatives: Tensor

    __repr__ = short_repr

    @classmethod
    def whole(cls, graph: NodeData, task: LinkPrediction) -> Self:
        """The view in which every edge trains and none is held out, for what ships to be trained once more on all.

        Args:
            graph: as for `LinkViews.of`.
            task: what is learnt.

        Raises:
            ConfigError: for a task of nodes.
            DataError: for a hypergraph, or features that say nothing.
        """
        _check_task(task)
        bare = _without_labels(_readable(graph, "transductive"), task)
        pairs, ids = pairs_of(bare), torch.arange(bare.num_nodes)
        return cls(bare, ids, ids[:0], ids[:0], pairs, pairs[:0], pairs[:0])

    @cached_property
    def task(self) -> LinkPrediction:
        """What is learnt."""
        task = self.graph.task
        assert isinstance(task, LinkPrediction)
        return task

    @cached_property
    def non_edges(self) -> NonEdges:
        """All pairs of observed nodes that are no training pair; validation and test pairs are among them."""
        return NonEdges(self.pairs, self.graph.num_nodes)

    @cached_property
    def digest(self) -> str:
        """Digest of everything in the view: equal digests, equal training."""
        parts = ("node_ids", "pairs", "valid_pairs", "valid_negatives")
        return digest_json(
            {"graph": self.graph.digest, "ids": digest_tensors({part: getattr(self, part) for part in parts})}
        )


@dataclass(frozen=True, eq=False)
class FullLinks:
    """All nodes, for scoring after every choice has been made.

    Args:
        graph: with the edges that inference may use: when transductive the training edges; in production also those of
            validation, `extra` and `known`. Pairs of the test are never among them.
        split: which pairs are scored; ids are rows of `graph`.
    """

    graph: GraphData
    split: LinkSplit

    __repr__ = short_repr


class LinkViews(NamedTuple):
    """`observed`, what training is given, and `full`, for scoring alone: nothing that trains takes a `FullLinks`."""

    observed: ObservedLinks
    full: FullLinks

    def __repr__(self) -> str:
        return short_repr(self)

    @classmethod
    def of(cls, graph: NodeData, split: LinkSplit, task: LinkPrediction) -> Self:
        """Both views of `graph` under `split`; edges with a direction are made undirected, which `notes` count.

        Args:
            graph: with all its edges. Its labels, own splits and weights of samples are left behind.
            split: of this graph.
            task: its metric chooses the epoch.

        Raises:
            ConfigError: for a task of nodes.
            DataError: for a hypergraph, features that say nothing, a split of another graph, whose messages are no
                edges here or whose negatives are some, or fewer negatives than the metric needs.
        """
        _check_task(task)
        both = _readable(graph, split.setting)
        for part in ("valid", "test"):
            task.check_negatives(getattr(split, f"{part}_negatives").size(0), f"{graph.name}: {part}")
        bare = _without_labels(both, task)
        _check_negatives(bare, split)
        inference = [split.train]
        if split.setting == "production":
            inference += [split.valid, split.extra, split.known]
        reached = with_pairs(bare, merged(inference, graph.num_nodes))
        return cls(_observed(bare, split), FullLinks(reached, split))


def _check_negatives(graph: GraphData, split: LinkSplit) -> None:
    for part in NEGATIVES:
        pairs = getattr(split, part)
        if bool((linked := are_edges(graph, pairs)).any()):
            low, high = pairs[linked][0].tolist()
            raise DataError(
                f"{graph.name}: {part}: expected pairs without an edge, got {low} and {high}, which are linked "
                f"({int(linked.sum())} such pairs); the split is that of another graph: draw it anew"
            )


def _check_task(task: Task) -> None:
    if not isinstance(task, LinkPrediction):
        raise ConfigError(f"task: expected LinkPrediction() where links are predicted, got {task.name!r}")


def _readable(graph: NodeData, setting: str) -> GraphData:
    """The graph with undirected edges, if it has features that a graph-free predictor can read."""
    both = undirected(GraphData.expect(graph, "link prediction"))
    check_readable(both, setting)
    return both


def _observed(graph: GraphData, split: LinkSplit) -> ObservedLinks:
    there = torch.ones(graph.num_nodes, dtype=torch.bool)
    there[split.new] = False
    node_ids, row = there.nonzero()[:, 0], there.cumsum(0) - 1
    none = torch.empty(0, dtype=torch.int64)
    pairs, valid, negatives = (row[part] for part in (split.train, split.valid, split.valid_negatives))
    return ObservedLinks(
        with_pairs(graph, split.train).subgraph(node_ids), node_ids, none, none, pairs, valid, negatives
    )


def _without_labels(graph: GraphData, task: LinkPrediction) -> GraphData:
    """The nodes with nothing that a task of nodes could learn or be judged by."""
    labels = torch.full((graph.num_nodes, 1), task.blank)
    return replace(graph, labels=labels, task=task, own_splits=(), sample_weight=None, split_keys={})
