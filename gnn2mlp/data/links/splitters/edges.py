"""Edges held out at random; in production also nodes."""

import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import generator
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.links.pairs import ends_among, merged, pairs_of
from gnn2mlp.data.links.split import LinkSetting
from gnn2mlp.data.links.splitter import LinkRoles, LinkSplitter

_VALID = {"transductive": 0.05, "production": 0.1}


class RandomEdges(LinkSplitter):
    """Shares of the edges at random, rounded down, as in the released code of LLP.

    Transductive: `valid` and `test` of all edges, the rest trains. Production: a share of the nodes is new, and edges
    are of two old nodes, of an old and a new one, or of two new ones; `test` of each kind is scored; of the old-old
    edges another share `extra` is seen by inference alone, and `valid` of those that then remain validates. What
    remains of the other two kinds is `known`, and seen by inference.

    Which nodes are new, and what becomes of the edges of old ones, depends on the seed, the number of nodes and the
    old-old edges alone.

    Args:
        valid: share of the edges that validates; default: 0.05, and 0.1 in production.
        test: share that is scored.
        new_nodes: share of the nodes that are new in production.
        extra: share of the old-old edges that only inference sees.
        negatives: pairs without an edge for each positive, of validation and of test.
        released_negatives: in production half as many distinct test negatives, each twice, as the released code has
            them by giving both directions of each pair; Hits@20 is then that of the 10th best.

    Raises:
        ConfigError: for shares that leave nothing to train on.
    """

    name = "edges"
    citation = "Guo et al., Linkless Link Prediction via Relational Distillation, ICML 2023"

    def __init__(
        self,
        valid: float | None = None,
        test: float = 0.1,
        new_nodes: float = 0.1,
        extra: float = 0.1,
        negatives: int = 1,
        released_negatives: bool = False,
    ):
        self.valid = valid
        self.test = test
        self.new_nodes = new_nodes
        self.extra = extra
        self.negatives = negatives
        self.released_negatives = released_negatives
        self._check()

    def _check(self) -> None:
        for option in ("valid", "test", "new_nodes"):
            share = getattr(self, option)
            if share is not None and not 0 < share < 1:
                raise ConfigError(f"split.{option}: expected a share between 0 and 1, both excluded, got {share}")
        if not 0 <= self.extra < 1:
            raise ConfigError(f"split.extra: expected a share from 0, below 1, got {self.extra}")
        if self.negatives < 1:
            raise ConfigError(f"split.negatives: expected at least 1 for each positive, got {self.negatives}")
        if max(self.valid or 0, self.extra) + self.test >= 1:
            raise ConfigError(
                f"split: expected shares that leave edges to train on, got valid={self.valid}, test={self.test} and "
                f"extra={self.extra}; let valid and test, and extra and test, be less than 1 together"
            )

    def draw_new(self, graph: GraphData, seed: int) -> Tensor:
        """A share of all nodes, whatever links them."""
        order = torch.randperm(graph.num_nodes, generator=generator(seed, "link split/new nodes"))
        return order[: int(self.new_nodes * graph.num_nodes)].sort().values

    def assign(self, graph: GraphData, seed: int, setting: LinkSetting, new: Tensor) -> LinkRoles:
        """Draw the roles."""
        pairs, share = pairs_of(graph), _VALID[setting] if self.valid is None else self.valid
        none = pairs[:0]
        if setting == "transductive":
            valid, test, train = _parted(pairs, [share, self.test], seed, "all")
            return LinkRoles(train, valid, test, none, none)
        old_old, old_new, new_new = _by_new_ends(pairs, new)
        extra, test, rest = _parted(old_old, [self.extra, self.test], seed, "old-old")
        valid, train = _parted(rest, [share], seed, "old-old rest")
        tested, known = zip(
            *(_parted(part, [self.test], seed, kind) for part, kind in ((old_new, "old-new"), (new_new, "new-new"))),
            strict=True,
        )
        return LinkRoles(train, valid, merged([test, *tested], graph.num_nodes), extra, merged(known, graph.num_nodes))


def _by_new_ends(pairs: Tensor, new: Tensor) -> list[Tensor]:
    """Pairs without a new node, with one, and with two."""
    ends = ends_among(pairs, new)
    return [pairs[ends == count] for count in range(3)]


def _parted(pairs: Tensor, shares: list[float], seed: int, purpose: str) -> list[Tensor]:
    """Pairs at random: a part for each share, and the rest, each in the order of `pairs`."""
    order = torch.randperm(pairs.size(0), generator=generator(seed, f"link split/{purpose}"))
    counts = [int(share * pairs.size(0)) for share in shares]
    part = torch.empty(pairs.size(0), dtype=torch.uint8)
    for number, places in enumerate(order.split([*counts, pairs.size(0) - sum(counts)])):
        part[places] = number
    return [pairs[part == number] for number in range(len(counts) + 1)]
