"""Which edges train, which are to be predicted, and which nodes do not exist yet."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.showing import call
from gnn2mlp.data.links.pairs import ends_among

LinkSetting = Literal["transductive", "production"]
PAIR_PARTS = ("train", "valid", "test", "extra", "known")
NEGATIVES = ("valid_negatives", "test_negatives")
# How many ends of a pair are new nodes, in words.
POPULATIONS = ("old-old", "old-new", "new-new")


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
