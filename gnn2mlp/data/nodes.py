"""`NodeData`: what graphs and hypergraphs have in common, nodes with features and labels."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Self

import torch
from torch import Tensor

from gnn2mlp.core.digest import digest_tensors
from gnn2mlp.core.errors import DataError
from gnn2mlp.nn.csr import CSR, Features


@dataclass(frozen=True, eq=False, repr=False)
class NodeData(ABC):
    """Frozen nodes and what links them, which subclasses say.

    Args:
        name: for messages and cards.
        features: (nodes, features), dense float or `CSR`.
        labels: int64 (nodes,), class per node, -1 = unknown.
        class_names: one per class; its length is the number of classes.
        own_splits: the splits published with the data, each as `{"train": ids, "valid": ids, "test": ids}`; `valid` may
            be left out. Mostly none or one.
        feature_names: one per feature, all different, or `None`.
        notes: what canonicalisation changed, as counts by kind.

    Attributes:
        kind: `"graph"` or `"hypergraph"`, for messages.
    """

    kind: ClassVar[str]

    name: str
    features: Features
    labels: Tensor
    class_names: tuple[str, ...]
    own_splits: tuple[Mapping[str, Tensor], ...] = field(default=(), kw_only=True)
    feature_names: tuple[str, ...] | None = field(default=None, kw_only=True)
    notes: Mapping[str, int] = field(default_factory=dict, kw_only=True)

    @property
    def num_nodes(self) -> int:
        """Number of nodes."""
        return self.labels.numel()

    @property
    def num_features(self) -> int:
        """Width of the features."""
        return self.features.shape[1]

    @property
    def num_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)

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

    @abstractmethod
    def subgraph(self, ids: Tensor) -> Self:
        """What is left if only the nodes `ids` (unique) exist, renumbered in their order; own splits are dropped."""

    @property
    def sizes(self) -> dict[str, int]:
        """How many nodes, links, features and classes, by their plural."""
        nodes, features, classes = self.num_nodes, self.num_features, self.num_classes
        return {"nodes": nodes, **self.link_counts, "features": features, "classes": classes}

    @cached_property
    def digest(self) -> str:
        """Digest of features and their names, labels, links and the number of classes."""
        parts = {"labels": self.labels, "classes": torch.tensor([self.num_classes]), **self.structure}
        if self.feature_names is not None:
            parts["feature_names"] = torch.tensor(list(json.dumps(self.feature_names).encode()), dtype=torch.uint8)
        if isinstance(self.features, CSR):
            parts["shape"] = torch.tensor(self.features.shape)  # the other arrays do not tell the width
            parts |= {"indptr": self.features.indptr, "indices": self.features.indices, "values": self.features.values}
        else:
            parts["features"] = self.features
        return digest_tensors(parts)

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
