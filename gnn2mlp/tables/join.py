"""Joining knowledge and features by id into a `RowTable`, in memory that does not grow with the number of rows.

A partitioned hash join: both inputs are read once, in pieces, and each row is appended to a bucket by a hash of its id;
then the two halves of each bucket, small enough to be held, are joined and written as shards (Grace join; Kitsuregawa
et al., Application of Hash to Data Base Machine and Its Architecture, 1983).
"""

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.files import write_json
from gnn2mlp.core.limits import check_share
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.knowledge.pieces import knowledge_pieces
from gnn2mlp.tables.buckets import Buckets, hashed
from gnn2mlp.tables.classes import UNLABELLED, Classes
from gnn2mlp.tables.features import ROLES, FeatureTable
from gnn2mlp.tables.table import FORMAT, KIND, MANIFEST, SHARED, RowTable

Missing = Literal["refuse", "drop"]

# Rows in a bucket, about.
SHARD_ROWS = 32_768
# Buckets come in multiples of this, so that as many lanes have equally much to read.
LANES = 8


def join_tables(
    knowledge: Path,
    features: Path,
    folder: Path,
    *,
    keys: Iterable[str] | None = None,
    missing: Missing = "refuse",
    valid: float = 0.1,
    classes: Sequence[Any] | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> RowTable:
    """Join two tables by id and write the rows in shards, or open what was written of the same inputs before.

    Args:
        knowledge: an artefact (`.safetensors`), or a Parquet table as `read_parquet` reads it.
        features: a Parquet table as `FeatureTable` reads it.
        folder: where the table is or will be.
        keys: of the knowledge to keep, beside `logits` where there are some; default: all.
        missing: what to do with ids that one of the inputs lacks: refuse, or drop and count them.
        valid: share of the labelled rows, chosen by a hash of their ids, that validates where there is no column
            `role`; of all rows, where none has a label.
        classes: names of the classes in the order of the teacher's columns; default: `classes` of the knowledge's card.
        seed: of the hashes.
        progress: told after every bucket.

    Raises:
        ConfigError: if `folder` holds something else, or pyarrow is not installed.
        ArtefactError: if an input is missing or damaged, or the disk is full.
        MissingKnowledgeError: if the knowledge holds no such key.
        DataError: if ids are repeated, or missing and not to be dropped, no row trains, or none validates.
    """
    check_share("join", valid=valid)
    wanted = None if keys is None else sorted(keys)
    identity = {
        "knowledge": _file_digest(knowledge),
        "features": _file_digest(features),
        "keys": wanted,
        "missing": missing,
        "valid": valid,
        "classes": None if classes is None else [str(name) for name in classes],
        "seed": seed,
        "layout": [FORMAT, SHARD_ROWS, LANES],
    }
    with suppress(ArtefactError):
        present = RowTable.open(folder)
        if present.manifest["identity"] == identity:
            return present
    if folder.exists() and any(folder.iterdir()) and not (folder / MANIFEST).exists():
        raise ConfigError(f"{folder} holds something else than a table of rows; choose another folder")
    work = folder.with_name(f".{folder.name}.unfinished")
    shutil.rmtree(work, ignore_errors=True)  # what an interrupted join left
    try:
        work.mkdir(parents=True)
        _Join(knowledge, FeatureTable(features), work, wanted, missing == "drop", valid, classes, seed).write(
            identity, progress
        )
        shutil.rmtree(folder, ignore_errors=True)
        work.replace(folder)
    except OSError as error:
        if isinstance(error, ArtefactError):
            raise
        raise ArtefactError(f"could not write {folder} ({error}); free some space or choose another folder") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return RowTable.open(folder)


class _Join:
    """One join: `write` leaves shards and a manifest in `work`."""

    def __init__(
        self,
        knowledge: Path,
        features: FeatureTable,
        work: Path,
        keys: list[str] | None,
        drop: bool,
        valid: float,
        classes: Sequence[Any] | None,
        seed: int,
    ):
        self.knowledge, self.features, self.work, self.keys = knowledge, features, work, keys
        self.drop, self.valid, self.stated, self.seed = drop, valid, classes, seed
        self.buckets = LANES * max(1, round(features.rows / (SHARD_ROWS * LANES)))
        self.left = Buckets(work, "features", self.buckets, seed)
        self.right = Buckets(work, "knowledge", self.buckets, seed)
        self.counts: Counter[str] = Counter()
        self.first: dict[str, int] = {}
        self.shards: dict[str, list[tuple[str, int, int]]] = {role: [] for role in ROLES}

    def write(self, identity: dict[str, Any], progress: Progress) -> None:
        """Leave shards and then a manifest in `work`."""
        shared = self._partition_knowledge()
        classes = Classes.of_teacher(
            shared["logits"].size(1) if "logits" in shared.values else None, self.stated or shared.card.get("classes")
        )
        width = self._partition_features(classes)
        for bucket in range(self.buckets):
            self._join(bucket)
            progress(bucket + 1, self.buckets, f"{self.counts['rows']:,} rows")
        self._check()
        names = self.features.names
        about = {"about": dict(shared.card)}
        empty = {"ids": shared.node_ids, "x": torch.zeros(0, width), "labels": shared.node_ids}
        artefact.save(self.work / SHARED, KIND, {**empty, **shared.values}, about)
        manifest = {
            "format": FORMAT,
            "identity": identity,
            "features": width,
            "feature_names": None if names is None else list(names),
            "classes": list(classes.labels),
            "keys": sorted(shared.values),
            "counts": {name: self.counts[name] for name in _COUNTS},
            "shards": self.shards,
        }
        write_json(self.work / MANIFEST, manifest)

    def _partition_knowledge(self) -> TeacherKnowledge:
        """Knowledge into buckets; returns a table without rows that has its card, keys and what nodes share."""
        shared: TeacherKnowledge | None = None
        for piece in knowledge_pieces(self.knowledge):
            if self.keys is not None:
                piece.require(self.keys)
                piece = piece.select({*self.keys, *({"logits"} & piece.values.keys())})
            per_node = {key: value.numpy() for key, value in piece.values.items() if KEYS[key].per_node}
            shared = shared or piece.take(torch.zeros(0, dtype=torch.int64))
            self.right.append({"id": piece.node_ids.numpy(), **per_node})
        assert shared is not None, "at least one piece"
        return shared

    def _partition_features(self, classes: Classes) -> int:
        """Features into buckets; returns their number."""
        width = 0
        for piece in self.features.pieces(classes):
            width = piece.x.size(1)
            self.counts["labelled"] += int((piece.labels >= 0).sum())
            self.left.append(
                {"id": piece.ids.numpy(), "label": piece.labels, "role": piece.roles, "x": piece.x.numpy()}
            )
        return width

    def _pop(self, side: Buckets, bucket: int) -> np.ndarray:
        """The rows of a bucket; repeated ids are counted."""
        rows = side.pop(bucket)
        self._note(f"repeated in the {side.side}", rows["id"][1:][rows["id"][1:] == rows["id"][:-1]])
        return rows

    def _join(self, bucket: int) -> None:
        left, right = self._pop(self.left, bucket), self._pop(self.right, bucket)
        self._note("without knowledge", left["id"][~np.isin(left["id"], right["id"])])
        self._note("without features", right["id"][~np.isin(right["id"], left["id"])])
        _, at_left, at_right = np.intersect1d(left["id"], right["id"], return_indices=True)
        left, right = left[at_left], right[at_right]
        roles = left["role"] if self.features.has_roles else self._drawn_roles(left)
        for code, role in enumerate(ROLES):
            self._write(f"{role}-{bucket:05d}.safetensors", role, left[roles == code], right[roles == code])

    def _drawn_roles(self, rows: np.ndarray) -> np.ndarray:
        judges = (rows["label"] >= 0) if self.counts["labelled"] else np.ones(len(rows), dtype=bool)
        chosen = hashed(rows["id"], self.seed, "table/valid") < self.valid
        return np.where(judges & chosen, ROLES.index("valid"), ROLES.index("train"))

    def _write(self, file: str, role: str, left: np.ndarray, right: np.ndarray) -> None:
        if not len(left):
            return
        columns = {"ids": left["id"], "x": left["x"], "labels": left["label"]}
        columns |= {name: right[name] for name in right.dtype.names or () if name != "id"}
        arrays = {name: torch.from_numpy(value.copy()) for name, value in columns.items()}
        artefact.save(self.work / file, KIND, arrays, {})
        labelled = int((left["label"] != UNLABELLED).sum())
        self.shards[role].append((file, len(left), labelled))
        self.counts["rows"] += len(left)
        self.counts[role] += len(left)

    def _note(self, what: str, ids: np.ndarray) -> None:
        if ids.size:
            self.counts[what] += ids.size
            self.first[what] = min(self.first.get(what, int(ids.min())), int(ids.min()))

    def _check(self) -> None:
        """Raise `DataError` if the rows that were met cannot be learnt from."""
        wrong = [what for what in self.first if what.startswith("repeated") or not self.drop]
        if wrong:
            told = "; ".join(f"{self.counts[what]:,} {what} (first: {self.first[what]})" for what in wrong)
            advice = (
                "" if any(what.startswith("repeated") for what in wrong) else ", or drop the others: --missing drop"
            )
            raise DataError(
                f"expected each node once in knowledge and features, got ids {told}; mend the tables{advice}"
            )
        for role, verb in (("train", "to train on"), ("valid", "to validate on")):
            if not self.counts[role]:
                raise DataError(
                    f"expected rows {verb}, got none among {self.counts['rows']:,} joined rows; "
                    f"check the column 'role', or the ids and labels of both tables"
                )


_COUNTS = ("rows", *ROLES, "labelled", "without knowledge", "without features")


def _file_digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ArtefactError(f"expected a table at {path}, got: {error.strerror}") from error
