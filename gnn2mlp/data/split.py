"""Who is trained on, who validates, who is tested, and who does not exist yet."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.core.registry import Registry
from gnn2mlp.core.seeds import as_seed
from gnn2mlp.core.showing import call, short_repr
from gnn2mlp.core.spec import Configurable
from gnn2mlp.data.nodes import NodeData

Setting = Literal["transductive", "inductive"]
_PARTS = ("train", "valid", "seen", "unseen")


class Roles(NamedTuple):
    """Node ids per role, each ascending. A node without a role is context: seen, but neither trained on nor scored."""

    train: Tensor
    valid: Tensor
    test: Tensor

    def __repr__(self) -> str:
        return short_repr(self)


@dataclass(frozen=True, eq=False)
class Split:
    """Disjoint node sets of one seed.

    Args:
        train: int64 ids whose labels train teacher and student.
        valid: ids whose labels choose the epoch.
        seen: test ids present in the training graph (all test nodes when transductive).
        unseen: test ids that are absent in training (empty when transductive).
        setting: `"transductive"` or `"inductive"`.
        seed: what it was drawn with.
        scheme: the splitter's spec in plain types.
        absent: ids without a label that do not exist in training either, as they appear together with unseen ones.

    Example:
        >>> from gnn2mlp.data import PerClass, graph_from_arrays
        >>> graph = graph_from_arrays(torch.eye(10), [0, 1] * 5, [[0], [1]])
        >>> split = PerClass(train=1, valid=1).split(graph, seed=0, setting="inductive", unseen_fraction=0.5)
        >>> split.sizes
        {'train': 2, 'valid': 2, 'seen': 3, 'unseen': 3}
        >>> split.digest == PerClass(train=1, valid=1).split(graph, 0, "inductive", 0.5).digest
        True
    """

    train: Tensor
    valid: Tensor
    seen: Tensor
    unseen: Tensor
    setting: Setting
    seed: int
    scheme: dict[str, Any]
    absent: Tensor = field(default_factory=lambda: torch.empty(0, dtype=torch.int64))

    def __repr__(self) -> str:
        return call("Split", {**self.sizes, "setting": self.setting, "seed": self.seed})

    @property
    def test(self) -> Tensor:
        """All test ids, ascending."""
        return torch.cat([self.seen, self.unseen]).sort().values

    @property
    def digest(self) -> str:
        """Digest of the node sets, each in ascending order."""
        return digest_tensors({part: ids.sort().values for part, ids in self._sets().items()})

    @property
    def sizes(self) -> dict[str, int]:
        """Number of nodes per part."""
        return {part: ids.numel() for part, ids in self._sets().items()}

    def _sets(self) -> dict[str, Tensor]:
        """The node sets by name; `absent` only where there are such nodes, so that other splits are as they were."""
        return {part: getattr(self, part) for part in (*_PARTS, *(["absent"] if self.absent.numel() else []))}

    def save(self, path: str | Path) -> None:
        """Write one checksummed file, atomically."""
        card = {"setting": self.setting, "seed": self.seed, "scheme": self.scheme, "digest": self.digest}
        artefact.save(path, "split", self._sets(), card)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read what `save` wrote."""
        tensors, card = artefact.load(path, "split")
        return cls(**tensors, setting=card["setting"], seed=card["seed"], scheme=card["scheme"])


class Splitter(Configurable, ABC):
    """A way of giving nodes their roles.

    Attributes:
        every_class: whether each class must have a training label. Without it a class may be one that nobody can learn,
            as in some published splits; it counts as an error of every model.
    """

    every_class: bool = True

    @abstractmethod
    def assign(self, graph: NodeData, seed: int) -> Roles:
        """Draw train, validation and test nodes."""

    def drawer(self, graph: NodeData) -> "Splitter":
        """Who draws for `graph`: this splitter, unless it leaves such data to another."""
        return self

    def absent(self, graph: NodeData, seed: int) -> Tensor:
        """Ids without a label that do not exist in training when inductive. Default: none, they are seen."""
        return torch.empty(0, dtype=torch.int64)

    def unseen(self, graph: NodeData, test: Tensor, seed: int, fraction: float) -> Tensor:
        """Mask over `test`: which of them do not exist in training when inductive.

        The literature's draw (GLNN and its successors): the first `int(fraction * n)` of `torch.randperm(n)` on the
        CPU after `torch.manual_seed(seed)`.
        """
        order = torch.randperm(test.numel(), generator=torch.Generator().manual_seed(seed))
        mask = torch.zeros(test.numel(), dtype=torch.bool)
        mask[order[: int(fraction * test.numel())]] = True
        return mask

    def split(
        self, graph: NodeData, seed: int, setting: Setting = "transductive", unseen_fraction: float = 0.2
    ) -> Split:
        """The split of `graph` for `seed`.

        Args:
            graph: with all its labels.
            seed: 0 .. 2**32 - 1, an integer of any type; equal seeds give equal splits.
            setting: `"inductive"` takes some test nodes out of the training graph.
            unseen_fraction: share of the test nodes that are taken out, between 0 and 1.

        Raises:
            ConfigError: if the seed or the fraction is out of range.
            DataError: if a part is empty, or a class has no training label.
        """
        seed = as_seed(seed)
        _check_draw(seed, unseen_fraction)
        drawer = self.drawer(graph)
        train, valid, test = (ids.sort().values for ids in drawer.assign(graph, seed))
        mask, absent = torch.zeros(test.numel(), dtype=torch.bool), test[:0]
        if setting == "inductive":
            mask = drawer.unseen(graph, test, seed, unseen_fraction)
            absent = drawer.absent(graph, seed)
        split = Split(train, valid, test[~mask], test[mask], setting, seed, self.spec().to_dict(), absent)
        _check_parts(split, graph)
        _check_labels(split, graph, self.every_class)
        return split


def _check_draw(seed: int, unseen_fraction: float) -> None:
    if not 0 <= seed < 2**32:
        raise ConfigError(f"seed: expected 0 .. {2**32 - 1}, got {seed}")
    if not 0 < unseen_fraction < 1:
        raise ConfigError(f"unseen_fraction: expected a share between 0 and 1, both excluded, got {unseen_fraction}")


def _check_parts(split: Split, graph: NodeData) -> None:
    ids = torch.cat([*split._sets().values()])
    if ids.unique().numel() != ids.numel():
        raise DataError(
            f"{graph.name}: split {split.scheme} gives some {graph.task.unit}s two roles; expected disjoint parts"
        )
    needed = [part for part in _PARTS if part != "unseen" or split.setting == "inductive"]
    for part in needed:
        if getattr(split, part).numel() == 0:
            raise DataError(
                f"{graph.name}: the {part} part of the split is empty (split {split.scheme}, seed {split.seed}); "
                f"expected at least one {graph.task.unit}: label more {graph.task.unit}s or choose another split"
            )


def _check_labels(split: Split, graph: NodeData, every_class: bool) -> None:
    train = graph.labels[split.train]
    graph.task.check_split(train, graph.labels[split.valid], graph.name)
    missing = sorted(set(_strata(graph)) - set(graph.task.strata(train).tolist()))
    if missing and every_class:
        named = ", ".join(graph.class_names[c] for c in missing)
        option = f"--split {split.scheme['name']} --set split.every_class=false"
        as_it_is = f", or take the split as it is, {option}" if "every_class" in split.scheme else ""
        raise DataError(
            f"{graph.name}: expected a training label for each of the {graph.task.num_outputs} classes, "
            f"got none for {named}; label {graph.task.unit}s of these classes, remove the classes, "
            f"choose another split or seed{as_it_is}"
        )


def _strata(graph: NodeData) -> range:
    """The groups that a split draws from alike: the classes, or all nodes as one."""
    return range(graph.task.num_outputs if graph.task.exclusive else 1)


def labelled_by_stratum(graph: NodeData, taken: Tensor | None = None) -> list[Tensor]:
    """Ids of the labelled nodes of each class, ascending, without those in `taken`; without classes, of all as one."""
    free = rest(graph) if taken is None else rest(graph, taken)
    stratum = graph.task.strata(graph.labels)[free]
    return [free[stratum == number] for number in _strata(graph)]


def check_has_classes(graph: NodeData, splitter: str) -> None:
    """Raise `DataError` if nodes are not of one class each, for a splitter that counts labels by class."""
    if not graph.task.exclusive:
        raise DataError(
            f"{graph.name}: split {splitter!r} draws a number of {graph.task.unit}s from each class, and the task "
            f"{graph.task.name!r} has none; use split 'fraction' or 'hash'"
        )


def key_of(graph: NodeData, key: str, splitter: str) -> Tensor:
    """One of the graph's `split_keys`; `DataError` if it has none of this name."""
    if key not in graph.split_keys:
        raise DataError(
            f"{graph.name}: split {splitter!r} goes by the {key} of each node, and these data have none; name a column "
            f"of a table with gnn2mlp fit --{key}, or use split 'fraction' or 'hash'"
        )
    return graph.split_keys[key]


def rest(graph: NodeData, *taken: Tensor) -> Tensor:
    """Labelled nodes that are in none of `taken`, ascending."""
    free = graph.task.known(graph.labels)
    for ids in taken:
        free[ids] = False
    return free.nonzero()[:, 0]


SPLITTERS: Registry[Splitter] = Registry("split", "gnn2mlp.data.splits", Splitter)  # type: ignore[type-abstract]
