"""Joining knowledge and features by id into a `RowTable`, in memory that does not grow with the number of rows.

Both inputs are read once. DuckDB sorts each by a bucket, which is a hash of the id, and by the id, on disk where memory
does not suffice; then the two are merged a bucket at a time and written as shards. Each shard is so a random part of
the table, the same whatever the order of the inputs and the number of threads.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.digest import digest_path
from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_share
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.source import code_of
from gnn2mlp.knowledge import KEYS, TeacherKnowledge
from gnn2mlp.knowledge.batches import KnowledgeBatch, KnowledgeFile
from gnn2mlp.tables.classes import UNLABELLED, Classes
from gnn2mlp.tables.features import ROLES, FeatureTable
from gnn2mlp.tables.folder import rows_folder, table_of
from gnn2mlp.tables.ids import Ids
from gnn2mlp.tables.merge import BUCKET, ID, ROW, Notes, Rows, SortedTable, merged
from gnn2mlp.tables.schema import ColumnNames
from gnn2mlp.tables.sorting import Sorter, sorter
from gnn2mlp.tables.table import FORMAT, KIND, SHARED, RowTable

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
    names: ColumnNames | None = None,
    seed: int = 0,
    progress: Progress = silent,
) -> RowTable:
    """Join two tables by id and write the rows in shards, or open what was written of the same inputs before.

    Where another process is joining into the same folder, this one waits for it.

    Args:
        knowledge: an artefact (`.safetensors`), or a Parquet table as `read_parquet` reads it, with ids of any type.
        features: a Parquet table as `FeatureTable` reads it.
        folder: where the table is or will be. Files in it that are not the table's own are left alone.
        keys: of the knowledge to keep, beside `logits` where there are some; default: all.
        missing: what to do with ids that one of the inputs lacks: refuse, or drop and count them.
        valid: share of the labelled rows, chosen by a hash of their ids, that validates where there is no column of
            roles; of all rows, where none has a label.
        classes: names of the classes in the order of the teacher's columns; default: `classes` of the knowledge's card.
        names: which columns of the inputs are what; default: as they are called.
        seed: of the hashes.
        progress: told after every bucket.

    Raises:
        ConfigError: if `folder` holds something else, or pyarrow or duckdb is not installed.
        ArtefactError: if an input is missing or damaged, or the disk is full; there is no half table then.
        MissingKnowledgeError: if the knowledge holds no such key.
        DataError: if ids are repeated, of kinds that cannot be equal, or missing and not to be dropped; if a column
            looks as if it were no feature; if no row trains, or none validates.
    """
    check_share("join", valid=valid)
    wanted, names = None if keys is None else sorted(keys), names or ColumnNames()
    identity = {
        "knowledge": digest_path(knowledge),
        "features": digest_path(features),
        "keys": wanted,
        "missing": missing,
        "valid": valid,
        "classes": None if classes is None else [[type(name).__name__, str(name)] for name in classes],
        "names": [names.id, names.label, names.role, None if names.features is None else list(names.features)],
        "seed": seed,
        "layout": [FORMAT, SHARD_ROWS, LANES],
        "code": code_of(join_tables),
    }

    def write(work: Path) -> dict[str, Any]:
        tables = KnowledgeFile(knowledge, names.id_column), FeatureTable(features, names)
        return _Join(*tables, wanted, missing == "drop", valid).write(work, identity, classes, seed, progress)

    return table_of(
        folder, identity, write, lambda: progress(0, 1, "waiting for another process that joins tables there")
    )


class _Join:
    """One join: `write` leaves shards in a folder and returns their manifest."""

    def __init__(
        self, knowledge: KnowledgeFile, features: FeatureTable, keys: list[str] | None, drop: bool, valid: float
    ):
        self.knowledge, self.features, self.keys, self.drop, self.valid = knowledge, features, keys, drop, valid
        other = Ids.of(knowledge.id_type, f"{knowledge.path}: column {knowledge.id_column!r}")
        self.ids = features.ids.joined_with(other, str(features.path), str(knowledge.path))
        self.buckets = LANES * max(1, round(features.rows / (SHARD_ROWS * LANES)))
        self.counts: Counter[str] = Counter()
        self.notes = Notes(self.ids)
        self.shards: dict[str, list[tuple[str, int, int]]] = {role: [] for role in ROLES}

    def write(
        self, work: Path, identity: dict[str, Any], stated: Sequence[Any] | None, seed: int, progress: Progress
    ) -> dict[str, Any]:
        """Write the shards into `work / "rows"`."""
        progress(0, self.buckets, "reading")
        rows, temporary = work / "rows", work / "sorting"
        temporary.mkdir()
        first, batches = _peeked(self._knowledge())
        shared = first.knowledge.take(torch.zeros(0, dtype=torch.int64))
        classes = Classes.of_teacher(
            shared["logits"].size(1) if "logits" in shared.values else None,
            stated or shared.card.get("classes"),
            self.features.label_kind,
        )
        with sorter(temporary) as disk:
            right = self._sorted(disk, "knowledge", map(self._knowledge_columns, batches), seed)
            left = self._sorted(disk, "features", self._feature_columns(classes), seed)
            for bucket in range(self.buckets):
                self._shard(rows, bucket, *merged(left, right, bucket), seed)
                progress(bucket + 1, self.buckets, f"{self.counts['rows']:,} rows")
        self._check()
        width = left.dtype["x"].shape[0]
        # What all rows have of the knowledge, beside none of them.
        none = {"ids": shared.node_ids, "x": torch.zeros(0, width), "labels": shared.node_ids}
        artefact.save(rows / SHARED, KIND, {**none, **shared.values}, {"about": dict(shared.card)})
        return self._manifest(identity, classes, shared, width)

    def _knowledge(self) -> Iterator[KnowledgeBatch]:
        """The knowledge in batches, of which only what is wanted is kept."""
        for ids, knowledge in self.knowledge.batches():
            if self.keys is not None:
                knowledge.require(self.keys)
                knowledge = knowledge.select({*self.keys, *({"logits"} & knowledge.values.keys())})
            yield KnowledgeBatch(ids, knowledge)

    def _knowledge_columns(self, batch: KnowledgeBatch) -> dict[str, Any]:
        per_node = {key: value.numpy() for key, value in batch.knowledge.values.items() if KEYS[key].per_node}
        ids = self.ids.read(batch.ids, f"{self.knowledge.path}: column {self.knowledge.id_column!r}")
        return {ID: ids, **per_node}

    def _feature_columns(self, classes: Classes) -> Iterator[dict[str, Any]]:
        for batch in self.features.batches(classes, self.ids):
            self.counts["labelled"] += int((batch.labels >= 0).sum())
            yield {ID: batch.ids, "label": batch.labels, "role": batch.roles, "x": batch.x.numpy()}

    def _sorted(self, disk: Sorter, side: str, columns: Iterator[dict[str, Any]], seed: int) -> SortedTable:
        """One input in the order of bucket and id."""
        arrow, _ = pyarrow_modules()
        first, rest = _peeked(columns)
        dtype = row_type(first)
        schema = arrow.schema([(BUCKET, arrow.int32()), (ID, self.ids.compared), (ROW, arrow.binary(dtype.itemsize))])
        batches = (self._packed(side, each, dtype, schema, seed) for each in rest)
        return SortedTable(side, disk.ordered(batches, schema, f"{BUCKET}, {ID}"), dtype, self.notes)

    def _packed(self, side: str, columns: dict[str, Any], dtype: np.dtype, schema: Any, seed: int) -> Any:
        """A record batch: bucket, id, and all the rest of a row as bytes."""
        arrow, _ = pyarrow_modules()
        if row_type(columns) != dtype:
            raise DataError(f"{side}: expected lists of one length in a column throughout, got several")
        ids = columns[ID]
        rows = np.zeros(len(ids), dtype=dtype)
        for name in columns.keys() - {ID}:
            rows[name] = columns[name]
        bucket = (self.ids.uniform(ids, seed, "table/bucket") * self.buckets).astype(np.int32)
        packed = arrow.FixedSizeBinaryArray.from_buffers(
            schema.field(ROW).type, len(ids), [None, arrow.py_buffer(rows)]
        )
        return arrow.record_batch([arrow.array(bucket), ids, packed], schema=schema)

    def _shard(self, folder: Path, bucket: int, left: Rows, right: np.ndarray, seed: int) -> None:
        """Write the rows of a bucket, those of each role in a file."""
        roles = left.values["role"] if self.features.has_roles else self._drawn_roles(left, seed)
        for code, role in enumerate(ROLES):
            places = np.flatnonzero(roles == code)
            if len(places):
                self._write(folder, f"{role}-{bucket:05d}.safetensors", role, left.take(places), right[places])

    def _drawn_roles(self, rows: Rows, seed: int) -> np.ndarray:
        judges = (rows.values["label"] >= 0) if self.counts["labelled"] else np.ones(len(rows.ids), dtype=bool)
        chosen = self.ids.uniform(rows.ids, seed, "table/valid") < self.valid
        return np.where(judges & chosen, ROLES.index("valid"), ROLES.index("train"))

    def _write(self, folder: Path, file: str, role: str, left: Rows, right: np.ndarray) -> None:
        number = torch.arange(self.counts["rows"], self.counts["rows"] + len(left.ids))
        columns = {"x": left.values["x"], "labels": left.values["label"]}
        columns |= {name: right[name] for name in right.dtype.names or () if name != _PADDING}
        arrays = {name: torch.from_numpy(value.copy()) for name, value in columns.items()}
        # What has no number is known by that of its row.
        artefact.save(folder / file, KIND, {"ids": number, **self.ids.arrays(left.ids), **arrays}, {})
        labelled = int((left.values["label"] != UNLABELLED).sum())
        self.shards[role].append((file, len(left.ids), labelled))
        self.counts["rows"] += len(left.ids)
        self.counts[role] += len(left.ids)

    def _check(self) -> None:
        """Raise `DataError` if the rows that were met cannot be learnt from."""
        counts, first = self.notes.counts, self.notes.first
        wrong = [what for what in first if what.startswith("repeated") or not self.drop]
        if wrong:
            told = "; ".join(f"{counts[what]:,} {what} (first: {first[what]})" for what in wrong)
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
                    f"check the column of roles, or the ids and labels of both tables"
                )

    def _manifest(
        self, identity: dict[str, Any], classes: Classes, shared: TeacherKnowledge, width: int
    ) -> dict[str, Any]:
        columns = self.features.columns
        counts = self.counts | self.notes.counts
        return {
            "format": FORMAT,
            "identity": identity,
            "folder": rows_folder(identity),
            "ids": self.ids.kind,
            "features": width,
            "columns": columns.to_list(),
            "feature_names": None if columns.names is None else list(columns.names),
            "unused": {"features": list(self.features.schema.unused), "knowledge": list(self.knowledge.unused)},
            "classes": list(classes.labels),
            "keys": sorted(shared.values),
            "counts": {name: counts[name] for name in _COUNTS},
            "shards": self.shards,
        }


_COUNTS = ("rows", *ROLES, "labelled", "without knowledge", "without features")
# Of rows that have nothing else.
_PADDING = "padding"


def row_type(columns: dict[str, Any]) -> np.dtype:
    """The type of a row without its id."""
    fields: list[Any] = [(name, value.dtype, value.shape[1:]) for name, value in columns.items() if name != ID]
    return np.dtype(fields or [(_PADDING, np.uint8)])


def _peeked(items: Iterator[Any]) -> tuple[Any, Iterator[Any]]:
    """The first of at least one item, and all of them."""
    first = next(items)
    return first, chain([first], items)
