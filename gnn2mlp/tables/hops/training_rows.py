"""The labelled nodes of a table of hops in shards, each a random part of them: what a teacher is trained on."""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import torch

from gnn2mlp.core import artefact
from gnn2mlp.core.errors import DataError
from gnn2mlp.core.limits import check_share
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.core.source import code_of
from gnn2mlp.tables.classes import Classes
from gnn2mlp.tables.features import ROLES, FeatureTable
from gnn2mlp.tables.folder import rows_folder, table_of
from gnn2mlp.tables.hops.table import HopTable
from gnn2mlp.tables.join import LANES, SHARD_ROWS, row_type
from gnn2mlp.tables.merge import BUCKET, ID, ROW, Notes, SortedTable
from gnn2mlp.tables.sorting import sorter
from gnn2mlp.tables.table import FORMAT, KIND, SHARED, RowTable

# Float32 (rows, width) of float32 (rows, hops + 1, features).
Combine = Callable[[np.ndarray], np.ndarray]
_USED = ("train", "valid")


def classes_of(nodes: FeatureTable) -> Classes:
    """The classes that the labels of a table of nodes have: numbers from 0 as they are, others in their order.

    Raises:
        DataError: if there is no column of labels, or fewer than two classes.
    """
    if nodes.schema.label is None:
        raise DataError(f"{nodes.path}: expected labels to train on, got no such column; name it with --label")
    found = nodes.distinct_labels()
    if len(found) < 2:
        told = f"the one class {found[0]!r}" if found else "none"
        raise DataError(
            f"{nodes.path}: column {nodes.schema.label!r}: expected labels of at least two classes, got {told}; label "
            "some nodes of each class"
        )
    numbered = found == list(range(len(found)))
    return Classes(len(found), None if numbered else tuple(found))


def training_rows(
    hops: HopTable,
    nodes: FeatureTable,
    classes: Classes,
    folder: Path,
    combine: Combine,
    *,
    key: str,
    valid: float = 0.1,
    seed: int = 0,
    progress: Progress = silent,
) -> RowTable:
    """Write the nodes that train or validate in shards, or open what was written of the same before.

    Args:
        hops: of the nodes.
        nodes: the same nodes in the same order, with labels and perhaps roles.
        classes: what labels mean.
        folder: where the table is or will be.
        combine: makes a row of a node's hops.
        key: says which `combine` that is.
        valid: share of the labelled nodes, chosen by a hash of their ids, that validates where there are no roles.
        seed: of the hashes.
        progress: told after each part of the hops.

    Raises:
        DataError: if no node trains, or none validates.
        ArtefactError: if a file is damaged, or the disk full.
    """
    check_share("teach", valid=valid)
    identity = {
        "knowledge": None,
        "hops": hops.digest,
        "nodes": hops.manifest["identity"]["nodes"],
        "label": [nodes.schema.label, nodes.schema.role],
        "classes": [[type(name).__name__, str(name)] for name in classes.labels],
        "combine": key,
        "valid": valid,
        "seed": seed,
        "layout": [FORMAT, SHARD_ROWS, LANES],
        "code": code_of(training_rows),
    }

    def write(work: Path) -> dict[str, Any]:
        return _Rows(hops, nodes, classes, combine, valid, seed).write(work, identity, progress)

    return table_of(
        folder, identity, write, lambda: progress(0, 1, "waiting for another process that writes rows there")
    )


def answers_by_part(
    hops: HopTable, nodes: FeatureTable, classes: Classes
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Number, labels and codes of roles of each part of the hops, whatever the batches of the table of nodes."""
    labels, roles = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int8)
    batches = nodes.answers(classes)
    for part in range(hops.plan.parts):
        rows = hops.plan.part_rows(part)
        while len(labels) < rows:
            more = next(batches)
            labels, roles = np.concatenate([labels, more[0]]), np.concatenate([roles, more[1]])
        yield part, labels[:rows], roles[:rows]
        labels, roles = labels[rows:], roles[rows:]


class _Rows:
    """`write` leaves shards in a folder and returns their manifest."""

    def __init__(
        self, hops: HopTable, nodes: FeatureTable, classes: Classes, combine: Combine, valid: float, seed: int
    ):
        self.hops, self.nodes, self.classes, self.combine = hops, nodes, classes, combine
        self.valid, self.seed = valid, seed
        self.ids = nodes.ids
        self.counts: Counter[str] = Counter()
        self.shards: dict[str, list[tuple[str, int, int]]] = {role: [] for role in ROLES}

    def write(self, work: Path, identity: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Write the shards into `work / "rows"`."""
        rows, temporary = work / "rows", work / "sorting"
        temporary.mkdir()
        used = sum(int(_used(labels, roles).sum()) for labels, roles in self.nodes.answers(self.classes))
        self._check(used, "labelled nodes")
        buckets = LANES * max(1, round(used / (SHARD_ROWS * LANES)))
        batches = self._batches(buckets, progress)
        schema, dtype, first = next(batches)
        with sorter(temporary) as disk:
            given = chain([first], (batch for _, _, batch in batches))
            ordered = disk.ordered(given, schema, f"{BUCKET}, {ID}")
            table = SortedTable("nodes", ordered, dtype, Notes(self.ids))
            for bucket in range(buckets):
                self._shard(rows, bucket, table)
        for role in _USED:
            self._check(self.counts[role], f"nodes to {'train on' if role == 'train' else 'validate on'}")
        width = dtype["x"].shape[0]
        empty = torch.zeros(0, dtype=torch.int64)
        artefact.save(rows / SHARED, KIND, {"ids": empty, "x": torch.zeros(0, width), "labels": empty}, {"about": {}})
        counts = {name: self.counts[name] for name in ("rows", *ROLES)}
        return {
            "format": FORMAT,
            "identity": identity,
            "folder": rows_folder(identity),
            "ids": self.ids.kind,
            "features": width,
            "columns": [],
            "feature_names": None,
            "unused": {},
            "classes": list(self.classes.labels),
            "keys": [],
            "counts": {**counts, "labelled": counts["rows"], "without knowledge": 0, "without features": 0},
            "shards": self.shards,
        }

    def _check(self, count: int, what: str) -> None:
        if not count:
            raise DataError(
                f"{self.nodes.path}: expected {what}, got none among {self.nodes.rows:,} nodes; check the columns of "
                "labels and roles"
            )

    def _batches(self, buckets: int, progress: Progress) -> Iterator[tuple[Any, Any, Any]]:
        """Record batches of the nodes that are used, each with its schema and the type of a row."""
        arrow, _ = pyarrow_modules()
        where = f"{self.nodes.path}: column {self.nodes.schema.id!r}"
        for part, labels, roles in answers_by_part(self.hops, self.nodes, self.classes):
            places = np.flatnonzero(_used(labels, roles))
            if len(places):
                chunk = self.hops.chunk(part)
                ids = self.ids.read(arrow.chunked_array([chunk.ids.take(arrow.array(places))]), where)
                x = np.ascontiguousarray(self.combine(chunk.x[places]), dtype=np.float32)
                chosen = roles[places] if self.nodes.has_roles else self._drawn_roles(ids)
                columns = {ID: ids, "label": labels[places], "role": chosen.astype(np.int8), "x": x}
                dtype = row_type(columns)
                rows = np.zeros(len(places), dtype=dtype)
                for name in ("label", "role", "x"):
                    rows[name] = columns[name]
                bucket = (self.ids.uniform(ids, self.seed, "table/bucket") * buckets).astype(np.int32)
                kind = arrow.binary(dtype.itemsize)
                packed = arrow.FixedSizeBinaryArray.from_buffers(kind, len(places), [None, arrow.py_buffer(rows)])
                schema = arrow.schema([(BUCKET, arrow.int32()), (ID, self.ids.compared), (ROW, kind)])
                yield schema, dtype, arrow.record_batch([arrow.array(bucket), ids, packed], schema=schema)
            progress(part + 1, self.hops.plan.parts, "rows")

    def _drawn_roles(self, ids: Any) -> np.ndarray:
        chosen = self.ids.uniform(ids, self.seed, "table/valid") < self.valid
        return np.where(chosen, ROLES.index("valid"), ROLES.index("train"))

    def _shard(self, folder: Path, bucket: int, table: SortedTable) -> None:
        rows = table.take(bucket)
        for role in _USED:
            places = np.flatnonzero(rows.values["role"] == ROLES.index(role))
            if not len(places):
                continue
            taken, file = rows.take(places), f"{role}-{bucket:05d}.safetensors"
            number = torch.arange(self.counts["rows"], self.counts["rows"] + len(places))
            arrays = {
                "x": torch.from_numpy(taken.values["x"].copy()),
                "labels": torch.from_numpy(taken.values["label"].copy()),
            }
            artefact.save(folder / file, KIND, {"ids": number, **self.ids.arrays(taken.ids), **arrays}, {})
            self.shards[role].append((file, len(places), len(places)))
            self.counts["rows"] += len(places)
            self.counts[role] += len(places)


def _used(labels: np.ndarray, roles: np.ndarray) -> np.ndarray:
    """Which nodes train or validate: those with a label, but for test nodes."""
    return np.asarray((labels >= 0) & (roles != ROLES.index("test")))
