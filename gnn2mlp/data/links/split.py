"""Which edges train, which are to be predicted, and which nodes do not exist yet."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.seeds import as_seed, generator
from gnn2mlp.core.showing import call, short_repr
from gnn2mlp.core.spec import Configurable
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links.checks import check_readable
from gnn2mlp.data.links.negatives import NonEdges
from gnn2mlp.data.links.pairs import ascending, ends_among, keys_of, pairs_of, undirected
from gnn2mlp.data.nodes import NodeData

LinkSetting = Literal["transductive", "production"]
PAIR_PARTS = ("train", "valid", "test", "extra", "known")
NEGATIVES = ("valid_negatives", "test_negatives")
# How many ends of a pair are new nodes, in words.
POPULATIONS = ("old-old", "old-new", "new-new")


class LinkRoles(NamedTuple):
    """What a `LinkSplitter` decides: pairs by role, int64 (pairs, 2), sorted, the smaller id first; see `LinkSplit`."""

    train: Tensor
    valid: Tensor
    test: Tensor
    extra: Tensor
    known: Tensor

    def __repr__(self) -> str:
        return short_repr(self)


@dataclass(frozen=True, eq=False)
class LinkSplit:
    """Disjoint sets of edges and of pairs that are none, of one seed.

    Pairs are int64 (pairs, 2): ids of the full graph, the smaller first, sorted, each pair once.

    Args:
        train: edges that train, and along which messages pass while training.
        valid: edges that choose the epoch.
        test: edges that are scored at the end.
        extra: edges of two old nodes that neither train nor are scored; only inference passes messages along them.
        known: edges with a new node that are not scored; likewise.
        valid_negatives: pairs without an edge, of old nodes, that validation compares with.
        test_negatives: pairs without an edge that every population of the test is compared with.
        new: int64 ids of the nodes that do not exist in training; empty when transductive.
        setting: `"transductive"` or `"production"`.
        seed: what it was drawn with.
        scheme: the splitter's spec in plain types.

    Example:
        >>> from gnn2mlp.data import RandomEdges, graph_from_arrays
        >>> ring = graph_from_arrays(torch.eye(40), [0, 1] * 20, [range(40), [*range(1, 40), 0]])
        >>> split = RandomEdges(valid=0.1, test=0.2).split(ring, seed=0)
        >>> split.sizes["train"], split.sizes["valid"], split.sizes["test"], split.sizes["test_negatives"]
        (28, 4, 8, 8)
        >>> split.digest == RandomEdges(valid=0.1, test=0.2).split(ring, seed=0).digest
        True
    """

    train: Tensor
    valid: Tensor
    test: Tensor
    extra: Tensor
    known: Tensor
    valid_negatives: Tensor
    test_negatives: Tensor
    new: Tensor
    setting: LinkSetting
    seed: int
    scheme: dict[str, Any]

    def __repr__(self) -> str:
        return call("LinkSplit", {**self.sizes, "setting": self.setting, "seed": self.seed})

    @property
    def digest(self) -> str:
        """Digest of all pairs and of the new nodes."""
        return digest_tensors(self._tensors())

    @property
    def sizes(self) -> dict[str, int]:
        """Number of pairs per part, and of new nodes."""
        return {part: ids.size(0) for part, ids in self._tensors().items()}

    def populations(self, pairs: Tensor) -> dict[str, Tensor]:
        """Masks bool (pairs,) by population: `"overall"`, and in production by how many ends are new nodes.

        Example:
            >>> from gnn2mlp.data import RandomEdges, graph_from_arrays
            >>> ring = graph_from_arrays(torch.eye(40) + 1, [0, 1] * 20, [range(40), [*range(1, 40), 0]])
            >>> split = RandomEdges(valid=0.1, test=0.2, new_nodes=0.3).split(ring, 0, "production")
            >>> {name: int(mask.sum()) for name, mask in split.populations(split.test).items()}
            {'overall': 6, 'old-old': 3, 'old-new': 3, 'new-new': 0}
        """
        found = {"overall": torch.ones(pairs.size(0), dtype=torch.bool)}
        if self.setting == "transductive":
            return found
        ends = ends_among(pairs, self.new)
        return found | {name: ends == count for count, name in enumerate(POPULATIONS)}

    def _tensors(self) -> dict[str, Tensor]:
        return {part: getattr(self, part) for part in (*PAIR_PARTS, *NEGATIVES, "new")}

    def save(self, path: str | Path) -> None:
        """Write one checksummed file, atomically."""
        card = {"setting": self.setting, "seed": self.seed, "scheme": self.scheme, "digest": self.digest}
        artefact.save(path, "link_split", self._tensors(), card)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote."""
        tensors, card = artefact.load(path, "link_split")
        return cls(**tensors, setting=card["setting"], seed=card["seed"], scheme=card["scheme"])


class LinkSplitter(Configurable, ABC):
    """A way of giving edges their roles. Negatives are drawn alike for all: distinct, undirected, no edge of the graph.

    Attributes:
        negatives: how many for each positive, of validation and of test.
        released_negatives: as in LLP's released code, half as many distinct test negatives, each of them twice.
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
        new: Tensor | None = None,
    ) -> LinkSplit:
        """The split of `graph` for `seed`.

        In production neither new nodes nor their edges decide anything about the pairs of training and validation.

        Args:
            graph: with all its edges; directed ones are made undirected.
            seed: 0 .. 2**32 - 1, an integer of any type; equal seeds give equal splits.
            setting: `"production"` lets some nodes appear after training.
            new: int64 ids of these nodes, as those that came last; default: the splitter draws them.

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
        new = self._new(both, seed, setting, new)
        roles = self.assign(both, seed, setting, new)
        _check_roles(roles, both, self.spec().to_dict(), seed)
        valid, test = self._negatives(both, roles, new, seed)
        return LinkSplit(*roles, valid, test, new, setting, seed, self.spec().to_dict())

    def _new(self, graph: GraphData, seed: int, setting: LinkSetting, given: Tensor | None) -> Tensor:
        """Ids of new nodes, ascending."""
        if setting == "transductive":
            if given is not None:
                raise ConfigError("new: expected none where the setting is transductive; set setting=production")
            return torch.empty(0, dtype=torch.int64)
        given = self.draw_new(graph, seed) if given is None else given
        if not given.numel():
            raise DataError(
                f"{graph.name}: expected at least one new node where the setting is production, got none of "
                f"{graph.num_nodes}; give them a larger share (split.new_nodes), or set setting=transductive"
            )
        ids: Tensor = given.unique()
        if ids.numel() != given.numel() or not 0 <= int(ids[0]) <= int(ids[-1]) < graph.num_nodes:
            raise DataError(
                f"{graph.name}: new: expected different ids of nodes, 0 .. {graph.num_nodes - 1}, got "
                f"{given.numel()} of which {ids.numel()} differ, from {int(ids[0])} to {int(ids[-1])}"
            )
        return ids

    def _negatives(self, graph: GraphData, roles: LinkRoles, new: Tensor, seed: int) -> tuple[Tensor, Tensor]:
        """Negatives of validation, among old nodes, and of the test, among all; none is in both."""
        edges, counts = pairs_of(graph), [self.negatives * part.size(0) for part in (roles.valid, roles.test)]
        old = torch.ones(graph.num_nodes, dtype=torch.bool)
        old[new] = False
        ids, row = old.nonzero()[:, 0], old.cumsum(0) - 1
        inside = row[edges[old[edges].all(1)]]
        valid = ids[_named(graph, NonEdges(inside, ids.numel()), counts[0], seed, "valid")]
        free = NonEdges(torch.cat([edges, valid]), graph.num_nodes)
        if not self.released_negatives:
            return valid, _named(graph, free, counts[1], seed, "test")
        return valid, _named(graph, free, counts[1] // 2, seed, "test").repeat_interleave(2, dim=0)


def _named(graph: GraphData, free: NonEdges, count: int, seed: int, part: str) -> Tensor:
    """Distinct negatives of a part; an error names the graph."""
    try:
        return free.draw(count, generator(seed, f"link split/{part} negatives"))
    except DataError as error:
        raise DataError(f"{graph.name}: {part} negatives: {error}") from error


def _check_roles(roles: LinkRoles, graph: GraphData, scheme: dict[str, Any], seed: int) -> None:
    """Raise `DataError` unless parts are disjoint edges, and there is one to train on, to validate and to test with."""
    keys = ascending(torch.cat([keys_of(pairs, graph.num_nodes) for pairs in roles]))
    if bool((keys.diff() == 0).any()):
        raise DataError(f"{graph.name}: split {scheme} gives some edges two roles; expected disjoint parts")
    for part, pairs in zip(PAIR_PARTS[:3], roles[:3], strict=True):
        if not pairs.size(0):
            raise DataError(
                f"{graph.name}: the {part} part of the split has no edge (split {scheme}, seed {seed}; "
                f"{graph.num_edges} edges in all); expected at least one: give it a larger share, or more edges"
            )


LINK_SPLITTERS: Registry[LinkSplitter] = Registry(
    "link split",
    "gnn2mlp.data.links.splitters",
    LinkSplitter,  # type: ignore[type-abstract]
)
