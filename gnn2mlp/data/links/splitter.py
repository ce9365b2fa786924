"""Ways of giving edges their roles: what a splitter of links is, and what all of them leave to it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.seeds import as_seed, generator
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.spec import Configurable
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links.checks import check_readable
from gnn2mlp.data.links.negatives import NonEdges
from gnn2mlp.data.links.pairs import are_edges, canonical_pairs, ends_among, keys_of, merged, pairs_of, undirected
from gnn2mlp.data.links.split import PAIR_PARTS, LinkSetting, LinkSplit
from gnn2mlp.data.nodes import NodeData

Ids = Tensor | np.ndarray | Sequence[int]


class LinkRoles(NamedTuple):
    """What a `LinkSplitter` decides: pairs by role, int64 (pairs, 2), sorted, the smaller id first; see `LinkSplit`."""

    train: Tensor
    valid: Tensor
    test: Tensor
    extra: Tensor
    known: Tensor

    def __repr__(self) -> str:
        return short_repr(self)


class LinkSplitter(Configurable, ABC):
    """A way of giving edges their roles. Negatives are drawn alike for all: distinct, undirected, no edge of the graph.

    Attributes:
        negatives: how many for each positive, of validation and of test.
        released_negatives: as in LLP's released code, in production half as many distinct test negatives, each twice.
    """

    negatives: int = 1
    released_negatives: bool = False

    @abstractmethod
    def assign(self, graph: GraphData, seed: int, setting: LinkSetting, new: Tensor) -> LinkRoles:
        """The roles of the edges of `graph`, which is undirected, if the nodes `new` (none, or ids) are new."""

    @abstractmethod
    def draw_new(self, graph: GraphData, seed: int) -> Tensor:
        """Ids int64, ascending, of the nodes that are new in production."""

    def split(
        self,
        graph: NodeData,
        seed: int,
        setting: LinkSetting = "transductive",
        new: Ids | None = None,
    ) -> LinkSplit:
        """The split of `graph` for `seed`.

        In production neither new nodes nor their edges decide anything about the pairs of training and validation.

        Args:
            graph: with all its edges; directed ones are made undirected.
            seed: 0 .. 2**32 - 1, an integer of any type; equal seeds give equal splits.
            setting: `"production"` lets some nodes appear after training.
            new: ids of these nodes, such as those that came last; default: the splitter draws them.

        Raises:
            ConfigError: if the seed is out of range, for another setting, or for new nodes where none may be.
            DataError: for new nodes that are none of the graph's, a hypergraph, features that say nothing, an empty
                part, or too few pairs without an edge.
        """
        if setting not in ("transductive", "production"):
            raise ConfigError(
                f"setting: expected 'transductive' or 'production' where links are split, got {setting!r}"
            )
        if not 0 <= (seed := as_seed(seed)) < 2**32:
            raise ConfigError(f"seed: expected 0 .. {2**32 - 1}, got {seed}")
        both = undirected(GraphData.expect(graph, "link prediction"))
        check_readable(both, setting)
        absent = self._new(both, seed, setting, new)
        roles, scheme = self.assign(both, seed, setting, absent), self.spec().to_dict()
        _check_roles(roles, absent, both, scheme, seed)
        valid, test = self._negatives(both, roles, absent, seed)
        return LinkSplit(*roles, valid, test, absent, setting, seed, scheme)

    def _new(self, graph: GraphData, seed: int, setting: LinkSetting, given: Ids | None) -> Tensor:
        """Ids of new nodes, ascending."""
        if setting == "transductive":
            if given is not None:
                raise ConfigError("new: expected none where the setting is transductive; set setting=production")
            return torch.empty(0, dtype=torch.int64)
        return _checked_new(self.draw_new(graph, seed) if given is None else given, graph)

    def _negatives(self, graph: GraphData, roles: LinkRoles, new: Tensor, seed: int) -> tuple[Tensor, Tensor]:
        """Negatives of validation, among old nodes, and of the test, among all; none is in both."""
        edges, counts = pairs_of(graph), [self.negatives * part.size(0) for part in (roles.valid, roles.test)]
        old = torch.ones(graph.num_nodes, dtype=torch.bool)
        old[new] = False
        ids, row = old.nonzero()[:, 0], old.cumsum(0) - 1
        inside = row[edges[old[edges].all(1)]]
        valid = ids[_named(graph, NonEdges(inside, ids.numel()), counts[0], seed, "valid")]
        free = NonEdges(torch.cat([edges, valid]), graph.num_nodes)
        if not self.released_negatives or not new.numel():
            return valid, _named(graph, free, counts[1], seed, "test")
        return valid, _named(graph, free, counts[1] // 2, seed, "test").repeat_interleave(2, dim=0)


def _named(graph: GraphData, free: NonEdges, count: int, seed: int, part: str) -> Tensor:
    """Distinct negatives of a part; an error names the graph."""
    try:
        return free.draw(count, generator(seed, f"link split/{part} negatives"))
    except DataError as error:
        raise DataError(f"{graph.name}: {part} negatives: {error}") from error


def _checked_new(given: Ids, graph: GraphData) -> Tensor:
    """Ids of new nodes, ascending, at least one of them."""
    ids = np.asarray(given)
    if not ids.size:
        raise DataError(
            f"{graph.name}: expected at least one new node where the setting is production, got none of "
            f"{graph.num_nodes}; give them a larger share (split.new_nodes), or set setting=transductive"
        )
    differ = np.unique(ids)
    wrong = differ.size != ids.size or not 0 <= differ[0] <= differ[-1] < graph.num_nodes
    if ids.ndim != 1 or ids.dtype.kind not in "iu" or wrong:
        raise DataError(
            f"{graph.name}: new: expected different ids of nodes, integers 0 .. {graph.num_nodes - 1}, got {ids.dtype} "
            f"of shape {ids.shape}, of which {differ.size} differ, from {differ[0]} to {differ[-1]}"
        )
    return torch.from_numpy(differ.astype(np.int64))


def _check_roles(roles: LinkRoles, new: Tensor, graph: GraphData, scheme: dict[str, Any], seed: int) -> None:
    """Raise `DataError` unless parts are disjoint edges, and three have one; new nodes are in those of inference alone.

    What the package's own splitters cannot get wrong those of others may, and a leak would go unnoticed.
    """
    every = merged(roles, graph.num_nodes)
    if bool((keys_of(every, graph.num_nodes).diff() == 0).any()):
        raise DataError(f"{graph.name}: split {scheme} gives some edges two roles; expected disjoint parts")
    for part, pairs in zip(PAIR_PARTS, roles, strict=True):
        if not torch.equal(canonical_pairs(pairs, graph.num_nodes), pairs):
            raise DataError(f"{graph.name}: split {scheme}: expected pairs of {part} as canonical_pairs has them")
        if part in ("train", "valid", "extra") and bool(ends_among(pairs, new).any()):
            raise DataError(f"{graph.name}: split {scheme}: {part} has edges of new nodes; expected those of old ones")
    if not bool((found := are_edges(graph, every)).all()):
        low, high = every[~found][0].tolist()
        raise DataError(
            f"{graph.name}: split {scheme} gives {low} and {high} a role, which are not linked ({int((~found).sum())} "
            "such pairs); expected edges"
        )
    for part, pairs in zip(PAIR_PARTS[:3], roles[:3], strict=True):
        if not pairs.size(0):
            others = "split.valid, split.test, split.extra or split.new_nodes a smaller"
            advice = others if part == "train" else f"split.{part} a larger"
            raise DataError(
                f"{graph.name}: the {part} part of the split has no edge, of {graph.num_edges} in all (split {scheme}, "
                f"seed {seed}); expected at least one: give {advice} share, or the graph more edges"
            )


LINK_SPLITTERS: Registry[LinkSplitter] = Registry(
    "link split",
    "gnn2mlp.data.links.splitters",
    LinkSplitter,  # type: ignore[type-abstract]
)
