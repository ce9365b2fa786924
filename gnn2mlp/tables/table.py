"""Rows of features, labels and knowledge on disk, in checksummed shards: what a distiller streams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import read_json
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.knowledge.keys import KEYS

FORMAT = 1
MANIFEST, SHARED = "manifest.json", "shared.safetensors"
KIND = "rows"

Role = Literal["train", "valid", "test"]


class Shard(NamedTuple):
    """A file of the table: how many rows it has, and how many of them a label."""

    file: str
    rows: int
    labelled: int


class Block(NamedTuple):
    """Some rows: x float32 (rows, features), labels int64 (rows,) or -1, and what the teacher knows of them."""

    x: Tensor
    labels: Tensor
    knowledge: TeacherKnowledge

    def take(self, rows: Tensor | slice) -> "Block":
        """The rows at these positions, in that order; a slice is a view."""
        return Block(self.x[rows], self.labels[rows], self.knowledge.take(rows))

    def to(self, device: torch.device | str, dtype: torch.dtype | None = None) -> "Block":
        """The same rows on another device, the features as another type."""
        return Block(self.x.to(device, dtype), self.labels.to(device), self.knowledge.to(device))

    @property
    def arrays(self) -> list[Tensor]:
        """All arrays that have a line for each row."""
        known = self.knowledge
        return [self.x, self.labels, known.node_ids, *(v for k, v in known.values.items() if KEYS[k].per_node)]

    @staticmethod
    def joined(blocks: Sequence["Block"]) -> "Block":
        """The rows of at least one block after each other."""
        x, labels, knowledge = zip(*blocks, strict=True)
        return Block(torch.cat(x), torch.cat(labels), TeacherKnowledge.joined(knowledge))


@dataclass(frozen=True, eq=False)
class RowTable:
    """A table that `join_tables` wrote. Which row is in which shard follows from a hash of its id: shards are random.

    Args:
        folder: of its files.
        manifest: what the table holds and what it was made of, in plain types.
    """

    folder: Path
    manifest: Mapping[str, Any]
    _verified: set[str] = field(default_factory=set, repr=False)

    @classmethod
    def open(cls, folder: Path) -> "RowTable":
        """Read the manifest of a finished table.

        Raises:
            ArtefactError: if there is none, or of a newer format.
        """
        manifest = read_json(folder / MANIFEST)
        if not isinstance(manifest, dict) or "shards" not in manifest:
            raise ArtefactError(f"expected the manifest of a table of rows at {folder / MANIFEST}; make it again")
        if manifest["format"] > FORMAT:
            raise ArtefactError(f"{folder} has format {manifest['format']}, this release reads up to {FORMAT}: upgrade")
        return cls(folder, manifest)

    @property
    def num_features(self) -> int:
        """Width of a feature row."""
        return int(self.manifest["features"])

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """Names of the feature columns, if they had any."""
        names = self.manifest["feature_names"]
        return None if names is None else tuple(names)

    @property
    def classes(self) -> tuple[Any, ...]:
        """What a student answers for each class."""
        return tuple(self.manifest["classes"])

    @property
    def judges(self) -> Literal["accuracy", "agreement"]:
        """What chooses the epoch: accuracy on labelled validation rows; without any, agreement with the teacher."""
        return "accuracy" if any(shard.labelled for shard in self.shards("valid")) else "agreement"

    def shards(self, role: Role) -> Sequence[Shard]:
        """The files of the rows with this role."""
        return [Shard(*entry) for entry in self.manifest["shards"][role]]

    def count(self, role: Role) -> int:
        """How many rows have this role."""
        return sum(shard.rows for shard in self.shards(role))

    @cached_property
    def empty(self) -> Block:
        """No rows, with what all rows share of the knowledge: enough to check and prepare an objective."""
        return self._block(SHARED)

    @cached_property
    def digest(self) -> str:
        """Digest of all that the table was made of: equal digests, equal rows in equal shards."""
        return digest_json(self.manifest["identity"])

    def load(self, shard: Shard) -> Block:
        """The rows of a shard, mapped from its file; its checksum is compared when it is first read.

        Raises:
            ArtefactError: if the file is missing or altered.
        """
        return self._block(shard.file, self.empty.knowledge)

    def _block(self, file: str, shared: TeacherKnowledge | None = None) -> Block:
        arrays, card = artefact.load(self.folder / file, KIND, verify=file not in self._verified)
        self._verified.add(file)
        ids, x, labels = (arrays.pop(name) for name in ("ids", "x", "labels"))
        if shared is not None:
            arrays |= {name: value for name, value in shared.values.items() if name not in arrays}
        return Block(x, labels, TeacherKnowledge(ids, arrays, card.get("about", {})))
