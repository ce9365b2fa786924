"""The nodes of a table in the order of their graphs, in files that are mapped into memory. Imports no torch."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ArtefactError, DataError, listing
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.core.parquet import BATCH_ROWS, is_numeric, open_table, pyarrow_modules, reading
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.deploy.node_columns import NodeColumns
from gnn2mlp.deploy.node_fields import Nodes
from gnn2mlp.deploy.row_reader import Errors, column_of
from gnn2mlp.deploy.table_scoring import source_files
from gnn2mlp.tables.ids import Ids
from gnn2mlp.tables.lookup import NodeIds

_CODES, _FEATURES, _OFFSETS, _STATE = "codes.i32", "features.f32", "offsets.i64", "nodes.json"
# The column of a node's id within its graph, where a table has one, and what tells such ids apart.
_NODE, _KEYS = "node", "keys.i64"
# Bytes that are written at a time where a system cannot reserve them.
_BLOCK = 2**20
# So many nodes at a time are looked through for one that is there twice.
_AT_ONCE = 2**22
# Graphs without a node, or with a bad one, that a message names.
_NAMED = 3


class GraphNodes:
    """What is known of the nodes of graphs, one graph after the other; a node's row is a few numbers on disk.

    Args:
        offsets: int64 (graphs + 1,): where each graph begins.
        codes: int32 (nodes, fields), or `None`.
        features: float32 (nodes, features), or `None`.
        reasons: by number of the graph, why it has no answer.
    """

    def __init__(
        self, offsets: np.ndarray, codes: np.ndarray | None, features: np.ndarray | None, reasons: dict[int, str]
    ):
        self.offsets, self.codes, self.features, self.reasons = offsets, codes, features, reasons

    @classmethod
    def make(
        cls,
        columns: NodeColumns,
        nodes: Path,
        graph: str,
        ids: NodeIds,
        folder: Path,
        errors: Errors = "raise",
        progress: Progress = silent,
    ) -> "GraphNodes":
        """Read the nodes of a Parquet table in a stream, twice: count them, then put each in its graph's place.

        The table may be in any order. Held in memory are the ids of the graphs and two numbers for each. Where it has a
        column `node`, of ids within a graph, a graph that has one twice is told. What an earlier call for the same
        nodes left in `folder` is read again.

        Args:
            columns: what is read of a node.
            nodes: a file, or a folder of files.
            graph: the column that holds the id of a node's graph; nodes of graphs that are not asked are left out.
            ids: of the asked graphs.
            folder: for 4 bytes for each code and feature of a node, and for a while 8 for its id.
            errors: `"null"`: a graph that cannot be read has a reason.
            progress: told in nodes.

        Raises:
            DataError: for columns that cannot be read; for a graph without a node, with a number that is missing, or
                with a node twice, unless `errors="null"`.
            ArtefactError: if a file cannot be read or written.
        """
        files = source_files(nodes)
        for file in files:
            columns.check(open_table(file).schema_arrow, str(file))
        if not (folder / _STATE).exists():
            try:
                _write(columns, files, graph, ids, folder, progress)
            except ArtefactError:
                raise
            except OSError as error:
                raise ArtefactError(
                    f"could not write into {folder} ({error.strerror or error}); free some space, or choose another "
                    "folder for --out"
                ) from error
        state = read_json(folder / _STATE)
        reasons = {int(number): reason for number, reason in state["reasons"].items()}
        if reasons and errors == "raise":
            first = [f"{ids.shown(number)} ({reason})" for number, reason in list(reasons.items())[:_NAMED]]
            raise DataError(
                f"{nodes}: expected nodes that can be read, each once, in every graph, got {len(reasons):,} graphs "
                f"without an answer: {listing(first)}; mend them, or leave them without: --errors null (in Python: "
                "errors='null')"
            )
        codes = _mapped(folder / _CODES, np.int32, state["nodes"], len(columns.fields.code_sizes))
        features = _mapped(folder / _FEATURES, np.float32, state["nodes"], columns.fields.features)
        return cls(np.fromfile(folder / _OFFSETS, np.int64), codes, features, reasons)

    def of(self, graphs: np.ndarray) -> Nodes:
        """The nodes of some graphs by their numbers, in that order."""
        counts = np.diff(self.offsets)[graphs]
        offsets = np.concatenate([[0], counts.cumsum()])
        rows = np.arange(offsets[-1]) + np.repeat(self.offsets[graphs] - offsets[:-1], counts)
        codes = None if self.codes is None else self.codes[rows].astype(np.int64)
        return Nodes(codes, None if self.features is None else self.features[rows], offsets)


def _mapped(path: Path, kind: Any, rows: int, width: int) -> np.ndarray | None:
    if not width:
        return None
    # A file without a byte cannot be mapped. Copied where it is written to, which nobody does.
    return np.memmap(path, kind, "c", shape=(rows, width)) if rows else np.zeros((0, width), kind)


def _reserved(path: Path, kind: Any, shape: tuple[int, int]) -> np.ndarray:
    """A new file as an array, whose space on disk is taken: where a page has none, the system ends the process.

    Raises:
        OSError: if there is too little.
    """
    size = shape[0] * shape[1] * np.dtype(kind).itemsize
    with path.open("w+b") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)
        else:
            for start in range(0, size, _BLOCK):
                file.write(bytes(min(_BLOCK, size - start)))
    return np.memmap(path, kind, "r+", shape=shape)


def _write(columns: NodeColumns, files: list[Path], graph: str, ids: NodeIds, folder: Path, progress: Progress) -> None:
    counts = np.zeros(len(ids), np.int64)
    for _, batch in _batches(files, [graph]):
        owner = ids.rows(column_of(batch, graph), f"nodes, column {graph!r}")
        counts += np.bincount(owner[owner >= 0], minlength=len(ids))
    offsets = np.concatenate([[0], counts.cumsum()])
    total, done = int(offsets[-1]), 0
    named = _NODE not in columns.names and all(_NODE in open_table(file).schema_arrow.names for file in files)
    kinds = (
        (_CODES, np.int32, len(columns.fields.code_sizes)),
        (_FEATURES, np.float32, columns.fields.features),
        (_KEYS, np.int64, int(named)),
    )
    arrays: list[np.ndarray | None] = [
        _reserved(folder / name, kind, (total, width)) if width and total else None for name, kind, width in kinds
    ]
    free, bad = offsets[:-1].copy(), np.zeros(len(ids), bool)
    progress(0, total, "reading nodes")
    for file, batch in _batches(files, [graph, *columns.names, *([_NODE] if named else [])]):
        owner = ids.rows(column_of(batch, graph), f"nodes, column {graph!r}")
        values, asked = columns.read(batch, str(file)), np.flatnonzero(owner >= 0)
        owner = owner[asked]
        places = _places(owner, free)
        keys = _keys(batch, f"{file}, column {_NODE!r}") if named else None
        named = named and keys is not None
        for array, given in zip(arrays, (values.codes, values.features, keys), strict=True):
            if array is not None and given is not None:
                array[places] = given[asked]
        bad[owner[values.bad[asked]]] = True
        done += len(asked)
        progress(done, total, "reading nodes")
    for array in arrays:
        if isinstance(array, np.memmap):
            array.flush()
    offsets.tofile(folder / _OFFSETS)
    reasons = dict.fromkeys(np.flatnonzero(counts == 0).tolist(), "it has no node")
    reasons |= dict.fromkeys(np.flatnonzero(bad).tolist(), "a number of a node is missing, NaN or infinite")
    if named and arrays[-1] is not None:
        reasons |= dict.fromkeys(_repeated(offsets, arrays[-1][:, 0]), "a node is there twice")
    (folder / _KEYS).unlink(missing_ok=True)
    write_json(
        folder / _STATE, {"nodes": total, "reasons": {str(number): reasons[number] for number in sorted(reasons)}}
    )


def _keys(batch: Any, where: str) -> np.ndarray | None:
    """int64 (nodes, 1): what tells ids of nodes apart, numbers by themselves and others by 64 bits of hashes.

    `None` where some have no id.
    """
    column = batch.column(_NODE)
    if column.null_count:
        return None
    ids = Ids.of(column.type, where)
    values = ids.read(column, where)
    if is_numeric(values.type):
        numbers: np.ndarray = values.to_numpy(zero_copy_only=False)
        return numbers.view(np.int64)[:, None]
    halves = [(ids.uniform(values, 0, f"node/{half}") * 2.0**32).astype(np.uint64) for half in range(2)]
    return (halves[0] << np.uint64(32) | halves[1]).view(np.int64)[:, None]


def _repeated(offsets: np.ndarray, keys: np.ndarray) -> list[int]:
    """Numbers of the graphs that have a key twice."""
    found: list[int] = []
    for part in np.split(np.arange(len(offsets) - 1), np.flatnonzero(np.diff(offsets[:-1] // _AT_ONCE)) + 1):
        if len(part):
            owner = np.repeat(part, np.diff(offsets)[part])
            own = np.asarray(keys[offsets[part[0]] : offsets[part[-1] + 1]])
            order = np.lexsort((own, owner))
            same = (np.diff(own[order]) == 0) & (np.diff(owner[order]) == 0)
            found += np.unique(owner[order][1:][same]).tolist()
    return found


def _places(owner: np.ndarray, free: np.ndarray) -> np.ndarray:
    """Where the nodes of a batch go, int64 (nodes,); `free`, the next place of each graph, moves on."""
    order = owner.argsort(kind="stable")
    graphs, first, counts = np.unique(owner[order], return_index=True, return_counts=True)
    places = np.empty(len(owner), np.int64)
    places[order] = np.arange(len(owner)) + np.repeat(free[graphs] - first, counts)
    free[graphs] += counts
    return places


def _batches(files: list[Path], names: list[str]) -> Iterator[tuple[Path, Any]]:
    arrow, _ = pyarrow_modules()
    for file in files:
        table = open_table(file)
        if missing := [name for name in names if name not in table.schema_arrow.names]:
            raise DataError(f"{file}: expected the column {missing[0]!r}, got {listing(table.schema_arrow.names)}")
        with reading(file):
            for batch in table.iter_batches(BATCH_ROWS, columns=names):
                yield file, arrow.Table.from_batches([batch])
