"""`NodeData`: what graphs and hypergraphs have in common, nodes with features and labels."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_json, digest_tensors
from gnn2mlp.core.errors import DataError
from gnn2mlp.core.text import packed
from gnn2mlp.nn.csr import CSR, Features, gather
from gnn2mlp.tasks import Task


@dataclass(frozen=True, eq=False, repr=False)
class NodeData(ABC):
    """Frozen nodes and what links them, which subclasses say.

    Args:
        name: for messages and cards.
        features: (nodes, features), dense float or `CSR`.
        labels: of classes int64 (nodes,), positions in `task.classes`, -1 where unknown; of other tasks float
            (nodes, outputs), NaN where unknown.
        task: what is predicted of a node.
        own_splits: the splits published with the data, each as `{"train": ids, "valid": ids, "test": ids}`; `valid` may
            be left out. Mostly none or one.
        feature_names: one per feature, all different, or `None`.
        notes: what canonicalisation changed, as counts by kind.
        sample_weight: float (nodes,), at least 0: how much the label of a node counts in training; `None`: all alike.
        split_keys: int64 (nodes,) by name, what splitters go by beside labels: `id`, `time`, `group`. No feature, and
            no part of the digest.
        node_names: what each node is called, its id or its name, as text (nodes,) or numbers; `None`: its row number.
            No feature, and no part of the digest; training never sees them.
        texts: what each node says, one text for each, or `None`. No feature: teachers and students read them where
            they say so. Nothing shows them.

    Attributes:
        kind: `"graph"` or `"hypergraph"`, for messages.
    """

    kind: ClassVar[str]

    name: str
    features: Features
    labels: Tensor
    task: Task
    own_splits: tuple[Mapping[str, Tensor], ...] = field(default=(), kw_only=True)
    feature_names: tuple[str, ...] | None = field(default=None, kw_only=True)
    notes: Mapping[str, int] = field(default_factory=dict, kw_only=True)
    sample_weight: Tensor | None = field(default=None, kw_only=True)
    split_keys: Mapping[str, Tensor] = field(default_factory=dict, kw_only=True)
    node_names: np.ndarray | None = field(default=None, kw_only=True, compare=False)
    texts: tuple[str, ...] | None = field(default=None, kw_only=True)

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return self.labels.size(0)

    @property
    def num_features(self) -> int:
        """Width of the features."""
        return self.features.shape[1]

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes (or labels, or targets) of the task are called, as text."""
        return self.task.output_names

    @property
    @abstractmethod
    def link_counts(self) -> dict[str, int]:
        """How many links there are, by their plural."""

    @property
    @abstractmethod
    def structure(self) -> dict[str, Tensor]:
        """The arrays that say what links the nodes."""

    @property
    @abstractmethod
    def degree(self) -> Tensor:
        """int64 (nodes,): of how many links each node is a part."""

    def subgraph(self, ids: Tensor) -> Self:
        """What is left if only the nodes `ids` (unique) exist, renumbered in their order.

        Own splits, the keys of splits and notes are dropped. On all nodes in their own order it shares its arrays with
        these data.
        """
        if ids.numel() == self.num_nodes and bool((ids.diff() > 0).all()):
            return replace(self, own_splits=(), notes={}, split_keys={})
        return replace(
            self,
            features=gather(self.features, ids),
            labels=self.labels[ids],
            sample_weight=None if self.sample_weight is None else self.sample_weight[ids],
            node_names=None if self.node_names is None else self.node_names[ids.numpy()],
            texts=None if self.texts is None else tuple(self.texts[row] for row in ids.tolist()),
            own_splits=(),
            notes={},
            split_keys={},
            **self.links_among(ids),
        )

    def without(self, nodes: Tensor | None = None) -> Self:
        """What is left if the nodes `nodes` (unique ids) had never been: fewer rows, the others renumbered in order.

        Names, the keys of splits and published splits are those of the nodes that are left; what links them is as in
        their `subgraph`.
        """
        if nodes is None or not nodes.numel():
            return self
        kept = torch.ones(self.num_nodes, dtype=torch.bool)
        kept[nodes] = False
        ids, row = kept.nonzero()[:, 0], kept.cumsum(0) - 1
        own = tuple({part: row[each[kept[each]]] for part, each in split.items()} for split in self.own_splits)
        keys = {name: values[ids] for name, values in self.split_keys.items()}
        return replace(self.subgraph(ids), own_splits=own, split_keys=keys, notes=self.notes)

    def without_links_of(self, ids: Tensor) -> Self:
        """The same data, all nodes included, in which nothing links the nodes `ids`: they are cold.

        Own splits, the keys of splits and notes are dropped, as of a `subgraph`.
        """
        return replace(self, own_splits=(), notes={}, split_keys={}, **self.links_apart_from(ids))

    @abstractmethod
    def links_apart_from(self, ids: Tensor) -> dict[str, Any]:
        """The fields of this class, by name, that say what links the nodes when `ids` are linked to none."""

    @abstractmethod
    def links_among(self, ids: Tensor) -> dict[str, Any]:
        """The fields of this class, by name, that say what links the nodes `ids` (unique) in their `subgraph`."""

    @property
    def sizes(self) -> dict[str, int]:
        """How many nodes, links, features and classes (or what the task has in their place), by their plural."""
        outputs = {self.task.outputs_called: self.task.num_outputs}
        return {"nodes": self.num_nodes, **self.link_counts, "features": self.num_features, **outputs}

    @cached_property
    def digest(self) -> str:
        """Digest of features and their names, texts, labels, links and the task: classes in order, how it is judged."""
        parts = {"labels": self.labels, **self.structure}
        if self.feature_names is not None:
            parts["feature_names"] = torch.tensor(list(json.dumps(self.feature_names).encode()), dtype=torch.uint8)
        if self.sample_weight is not None:
            parts["sample_weight"] = self.sample_weight
        if self.texts is not None:
            parts["texts"] = packed(self.texts)
        if isinstance(self.features, CSR):
            parts["shape"] = torch.tensor(self.features.shape)  # the other arrays do not tell the width
            parts |= {"indptr": self.features.indptr, "indices": self.features.indices, "values": self.features.values}
        else:
            parts["features"] = self.features
        return digest_json({"arrays": digest_tensors(parts), "task": self.task.spec().to_dict()})

    @classmethod
    def expect(cls, data: "NodeData", who: str) -> Self:
        """`data`, if it is of this kind.

        Raises:
            DataError: if it is not; `who` tells what cannot do with the other kind.
        """
        if not isinstance(data, cls):
            raise DataError(f"{who} works on a {cls.kind}; {data.name} is a {data.kind}")
        return data

    def __repr__(self) -> str:
        sizes = ", ".join(f"{count:,} {what}" for what, count in self.sizes.items())
        return f"{type(self).__name__}({self.name!r}: {sizes})"
