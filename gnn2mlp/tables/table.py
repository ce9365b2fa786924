"""Rows of features, labels and knowledge on disk, in checksummed shards: what a distiller streams."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_json
from gnn2mlp.core.errors import ArtefactError
from gnn2mlp.core.files import read_json
from gnn2mlp.core.showing import short_repr
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.knowledge.keys import KEYS
from gnn2mlp.tables.columns import FeatureColumns
from gnn2mlp.tables.ids import ID_BYTES, Ids

FORMAT = 2
MANIFEST, SHARED = "manifest.json", "shared.safetensors"
KIND = "rows"

Role = Literal["train", "valid", "test"]


class Shard(NamedTuple):
    """A file of the table: how many rows it has, and how many of them a label."""

    file: str
    rows: int
    labelled: int


class RowChunk(NamedTuple):
    """Some rows: x float32 (rows, features), labels int64 (rows,) or -1, and what the teacher knows of them."""

    x: Tensor
    labels: Tensor
    knowledge: TeacherKnowledge

    def take(self, rows: Tensor | slice) -> "RowChunk":
        """The rows at these positions, in that order; a slice is a view."""
        return RowChunk(self.x[rows], self.labels[rows], self.knowledge.take(rows))

    def to(
        self,
        device: torch.device | str,
        dtype: torch.dtype | None = None,
        non_blocking: bool = False,
        copy: bool = False,
    ) -> "RowChunk":
        """The same rows on another device, the features as another type; `copy`: in memory of their own at any rate."""
        return RowChunk(
            self.x.to(device, dtype, non_blocking=non_blocking, copy=copy),
            self.labels.to(device, non_blocking=non_blocking, copy=copy),
            self.knowledge.to(device, non_blocking=non_blocking, copy=copy),
        )

    def pin_memory(self) -> "RowChunk":
        """The same rows in pinned memory, from which CUDA copies while the host goes on."""
        return RowChunk(self.x.pin_memory(), self.labels.pin_memory(), self.knowledge.pin_memory())

    @property
    def arrays(self) -> list[Tensor]:
        """All arrays that have a line for each row."""
        known = self.knowledge
        return [self.x, self.labels, known.node_ids, *(v for k, v in known.values.items() if KEYS[k].per_node)]

    @staticmethod
    def joined(chunks: Sequence["RowChunk"]) -> "RowChunk":
        """The rows of at least one chunk after each other."""
        x, labels, knowledge = zip(*chunks, strict=True)
        return RowChunk(torch.cat(x), torch.cat(labels), TeacherKnowledge.joined(knowledge))


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

    __repr__ = short_repr

    @classmethod
    def open(cls, folder: Path) -> "RowTable":
        """Read the manifest of a finished table.

        Raises:
            ArtefactError: if there is none, or it is of another format.
        """
        manifest = read_json(folder / MANIFEST)
        if not isinstance(manifest, dict) or "shards" not in manifest:
            raise ArtefactError(f"expected the manifest of a table of rows at {folder / MANIFEST}; make it again")
        if manifest["format"] > FORMAT:
            raise ArtefactError(f"{folder} has format {manifest['format']}, this release reads up to {FORMAT}: upgrade")
        if manifest["format"] < FORMAT:
            raise ArtefactError(
                f"{folder} has format {manifest['format']} of an earlier release; join the tables again"
            )
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
    def columns(self) -> FeatureColumns:
        """How features are made of what the user wrote."""
        return FeatureColumns.of_list(self.manifest["columns"])

    @property
    def classes(self) -> tuple[Any, ...]:
        """What a student answers for each class, as the user wrote it."""
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
    def empty(self) -> RowChunk:
        """No rows, with what all rows share of the knowledge: enough to check and prepare an objective."""
        return self._chunk(SHARED)

    @cached_property
    def digest(self) -> str:
        """Digest of all that the table was made of: equal digests, equal rows in equal shards."""
        return digest_json(self.manifest["identity"])

    def path(self, file: str) -> Path:
        """Where a shard's file is."""
        return self.folder / str(self.manifest["folder"]) / file

    def load(self, shard: Shard) -> RowChunk:
        """The rows of a shard, mapped from its file; its checksum is compared when it is first read.

        Nodes are known by their ids where these are numbers, dates or times, else by the number of their row.

        Raises:
            ArtefactError: if the file is missing or altered.
        """
        return self._chunk(shard.file, self.empty.knowledge)

    def ids(self, shard: Shard) -> np.ndarray:
        """The ids (rows,) of a shard's rows as the user wrote them: numbers, texts, bytes, UUIDs, dates or times."""
        return Ids(self.manifest["ids"]).restored(self._arrays(shard.file).tensors)

    def _arrays(self, file: str) -> artefact.Artefact:
        held = artefact.load(self.path(file), KIND, verify=file not in self._verified)
        self._verified.add(file)
        return held

    def _chunk(self, file: str, shared: TeacherKnowledge | None = None) -> RowChunk:
        arrays, card = self._arrays(file)
        ids, x, labels = (arrays.pop(name) for name in ("ids", "x", "labels"))
        for name in ID_BYTES:
            arrays.pop(name, None)
        if shared is not None:
            arrays |= {name: value for name, value in shared.values.items() if name not in arrays}
        return RowChunk(x, labels, TeacherKnowledge(ids, arrays, card.get("about", {})))
