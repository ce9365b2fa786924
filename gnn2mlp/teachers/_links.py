"""What teachers of links have in common: they score pairs of nodes, and write down the scores of context nodes."""

import warnings
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError, DataWarning
from gnn2mlp.core.seeds import generator
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links import ObservedLinks
from gnn2mlp.data.nodes import NodeData
from gnn2mlp.data.view import Observed
from gnn2mlp.data.walks import context_nodes
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.teachers._base import Export, Teacher
from gnn2mlp.teachers._pair_predictor import PairPredictor, checked_pairs

CONTEXT_KEYS = frozenset({"context_ids", "context_scores", "context_draws"})
# Pairs that are scored at a time.
AT_ONCE = 65_536
# What a table of contexts may take in memory and on disk without a warning, and what one of them takes: id and score.
_LARGE = 256 * 2**20
_BYTES = 12

PairScores = Callable[[Tensor], Tensor]
"""Logits (pairs,) on the CPU of pairs int64 (pairs, 2) of nodes of one graph."""


class LinkTeacher(Teacher):
    """A teacher that scores pairs of nodes: σ of what it says of two nodes is the probability that they are linked.

    Subclasses say how they fit (`fit`) and how they score (`scorer`); contexts are drawn and written down here. `fit`
    and `export` take the `ObservedLinks` of a task of links.

    Attributes:
        unit: `"pair"`.
    """

    unit = "pair"
    provides = CONTEXT_KEYS
    reads: type[NodeData] = GraphData

    @abstractmethod
    def scorer(self, graph: GraphData, device: torch.device | str = "cpu") -> PairScores:
        """A function from pairs int64 (pairs, 2) of nodes of `graph` to logits (pairs,) on the CPU.

        What all pairs share, such as the embeddings of all nodes, is computed here, once.

        Args:
            graph: the nodes, and the edges along which messages travel or neighbours are counted.
            device: where to compute.
        """

    def score_pairs(self, graph: NodeData, pairs: Tensor, device: torch.device | str = "cpu") -> Tensor:
        """Logits (pairs,) of links, on the CPU.

        Args:
            graph: the nodes, and the edges that may be read; a pair that is one of them is scored with its help.
            pairs: int64 (pairs, 2), rows of `graph`.
            device: where to compute.

        Raises:
            DataError: for ids outside of the graph, or data that it cannot read.
        """
        return self.scorer(self.links_of(graph), device)(checked_pairs(pairs, graph.num_nodes))

    def links_of(self, graph: NodeData) -> GraphData:
        """The graph itself, if this teacher can read it.

        Raises:
            DataError: if it cannot.
        """
        self.check_reads(graph)
        assert isinstance(graph, GraphData), "checked above"
        return graph

    def view(self, observed: Observed) -> ObservedLinks:
        """The view itself, if it is one of links.

        Raises:
            DataError: if it is not.
        """
        self.check_reads(observed.graph)
        if not isinstance(observed, ObservedLinks):
            raise DataError(
                f"teacher {self.name!r}: expected an ObservedLinks, as LinkViews.of makes one, "
                f"got {type(observed).__name__}: it knows no pairs to learn from"
            )
        return observed

    def predict(self, graph: NodeData, device: torch.device | str = "cpu") -> NoReturn:
        """Raise `ConfigError`: there is nothing to say of a node alone."""
        raise ConfigError(f"teacher {self.name!r} scores pairs of nodes, not nodes; ask score_pairs(graph, pairs)")

    def pair_predictor(self, graph: NodeData, device: torch.device | str = "cpu") -> PairPredictor | None:
        """Answers requests for some pairs from the neighbourhoods of both ends; `None` where a teacher cannot."""
        return None

    def export(
        self,
        observed: Observed,
        needs: Iterable[str] = ("context_ids", "context_scores", "context_draws"),
        *,
        how: Export | None = None,
        seed: int = 0,
        card: Mapping[str, Any] | None = None,
        device: torch.device | str = "cpu",
    ) -> TeacherKnowledge:
        """As in `Teacher`. Contexts are drawn by `seed`, along the edges of the observed view.

        Raises:
            ConfigError: if the teacher cannot provide one of `needs`.
            DataError: if the view is not one of links.
        """
        wanted, how = frozenset(needs), how or Export()
        self.check_provides(wanted)
        links = self.view(observed)
        arrays, facts = self.compute(links, wanted, how, seed, device)
        facts = {"teacher": self.spec().to_dict(), **facts, **(card or {})}
        kept = {key: arrays[key].to(KEYS[key].dtype) for key in sorted(wanted)}
        return TeacherKnowledge(links.node_ids, kept, facts)

    def compute(
        self, links: ObservedLinks, needs: frozenset[str], how: Export, seed: int, device: torch.device | str
    ) -> tuple[dict[str, Tensor], dict[str, Any]]:
        """At least the arrays `needs` of all nodes of the view, and facts about them for the card."""
        score = self.scorer(links.graph, device)
        if not any("context" in key for key in needs):
            return self.write(score, None, needs), {}
        contexts = drawn_contexts(links, how, seed)
        arrays = {"context_ids": links.node_ids[contexts], "context_draws": torch.tensor(how.context_draws)}
        names = ("contexts_near", "contexts_hops", "contexts_random", "context_draws")
        facts = {"contexts": {**{name: getattr(how, name) for name in names}, "seed": seed}}
        return arrays | self.write(score, contexts, needs), facts

    def write(self, score: PairScores, contexts: Tensor | None, needs: frozenset[str]) -> dict[str, Tensor]:
        """Those of `needs` that follow from scores.

        Args:
            score: what `scorer` gave.
            contexts: int64 (nodes, contexts), rows; `None` if no key of contexts is needed.
            needs: keys.
        """
        if contexts is None or "context_scores" not in needs:
            return {}
        return {"context_scores": scores_of(score, contexts)}


def drawn_contexts(links: ObservedLinks, how: Export, seed: int) -> Tensor:
    """Rows int64 (nodes, contexts) of the contexts of all nodes, draw after draw; warns where they take much room."""
    nodes = links.graph.num_nodes
    if (size := nodes * how.contexts * _BYTES) > _LARGE:
        warnings.warn(
            f"{how.contexts} contexts of each of {nodes:,} nodes take {size / 2**20:,.0f} MB; lower "
            "export.context_draws, contexts_near, contexts_hops or contexts_random if that is too much",
            DataWarning,
            stacklevel=2,
        )
    random, adjacency = generator(seed, "contexts"), links.graph.adjacency
    sizes = how.contexts_near, how.contexts_hops, how.contexts_random
    return torch.cat([context_nodes(adjacency, *sizes, random) for _ in range(how.context_draws)], dim=1)


def scores_of(score: PairScores, contexts: Tensor) -> Tensor:
    """What `score` says of each node with each of its contexts, in parts of bounded size.

    Args:
        score: of pairs; it may say several things of each, (pairs, ...).
        contexts: int64 (nodes, contexts).

    Returns:
        (nodes, contexts, ...).
    """
    nodes, count = contexts.shape
    found = []
    for anchors in torch.arange(nodes).split(max(1, AT_ONCE // max(1, count))):
        pairs = torch.stack([anchors[:, None].expand(-1, count), contexts[anchors]], dim=-1)
        said = score(pairs.view(-1, 2))
        found.append(said.view(anchors.numel(), count, *said.shape[1:]))
    return torch.cat(found)
