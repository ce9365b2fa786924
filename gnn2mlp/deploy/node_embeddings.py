"""What a link model makes of each node, in a file that is mapped into memory, so that no link reads a node twice."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ArtefactError, DataError
from gnn2mlp.core.files import read_json, write_json
from gnn2mlp.core.progress import Progress, silent
from gnn2mlp.deploy._links import BaseLinkPredictor
from gnn2mlp.deploy.node_table import NodeTable
from gnn2mlp.deploy.row_reader import Errors, RowReader

_VECTORS, _STATE = "embeddings.f32", "embeddings.json"
# Rows after which what was written is made sure of: what is done anew after a kill.
_STEP = 250_000


class NodeEmbeddings:
    """Embeddings (nodes, width) of float32 on disk, by id.

    Args:
        ids: of the nodes, which give their rows.
        vectors: float32 (nodes, width), mapped.
        reasons: by row, why a node has none.
    """

    def __init__(self, nodes: NodeTable, vectors: np.ndarray, reasons: dict[int, str]):
        self.ids, self.vectors, self.reasons = nodes.ids, vectors, reasons

    @classmethod
    def make(
        cls,
        predictor: BaseLinkPredictor,
        nodes: NodeTable,
        folder: Path,
        errors: Errors = "raise",
        progress: Progress = silent,
    ) -> "NodeEmbeddings":
        """Embed every node in a stream; what an earlier call for the same nodes left in `folder` is gone on with.

        Args:
            predictor: a `LinkPredictor`, or `OnnxLinkPredictor`.
            nodes: with the columns that it reads.
            folder: for the file of embeddings, 4 * width bytes a node.
            errors: `"null"`: a node that cannot be read has no embedding, and a reason.
            progress: told in nodes.

        Raises:
            DataError: for columns, ids or rows that cannot be read; the message names file and rows.
            ArtefactError: if the file cannot be written.
        """
        reader = _reader(predictor, nodes, errors)
        total = len(nodes.ids)
        state: dict[str, Any] = {"rows": 0, "reasons": {}}
        if (folder / _STATE).exists():
            state = read_json(folder / _STATE)
        if state["rows"] < total:
            _write(reader, nodes, folder, state, total, progress)
        # Copied where it is written to, which nobody does: torch takes no array that is read-only.
        vectors = np.memmap(folder / _VECTORS, np.float32, "c", shape=(total, predictor.width))
        return cls(nodes, vectors, {int(row): reason for row, reason in state["reasons"].items()})

    def of(self, rows: np.ndarray) -> np.ndarray:
        """Float32 (rows, width); rows are read from disk in their order, each once."""
        unique, places = np.unique(rows, return_inverse=True)
        return np.asarray(self.vectors[unique])[places]


def _write(
    reader: RowReader, nodes: NodeTable, folder: Path, state: dict[str, Any], total: int, progress: Progress
) -> None:
    """Append the embeddings that are missing, and say from time to time how many there are."""
    at, bytes_a_row = state["rows"], 4 * reader.width
    path = folder / _VECTORS
    progress(at, total, "embedding nodes")
    try:
        with path.open("r+b" if path.exists() else "w+b") as file:
            file.truncate(at * bytes_a_row)  # what is behind was not made sure of
            file.seek(0, os.SEEK_END)
            for outputs, reasons in _blocks(reader, nodes, at):
                state["reasons"] |= {str(at + row): reason for row, reason in enumerate(reasons) if reason is not None}
                file.write(np.ascontiguousarray(outputs, np.float32).tobytes())
                at += len(outputs)
                if at - state["rows"] >= _STEP or at == total:
                    file.flush()
                    os.fsync(file.fileno())
                    state["rows"] = at
                    write_json(folder / _STATE, state)
                progress(at, total, "embedding nodes")
    except OSError as error:
        raise ArtefactError(
            f"could not write {path} ({error.strerror}); free {-(-total * bytes_a_row // 2**20):,} MiB, or choose "
            "another folder for --out"
        ) from error
    _check_count(nodes, at, total)


def embedded(predictor: BaseLinkPredictor, nodes: NodeTable, progress: Progress = silent) -> np.ndarray:
    """Embeddings float32 (nodes, width) of a table in memory, made in blocks of its rows.

    Args:
        predictor: as in `NodeEmbeddings.make`.
        nodes: likewise.
        progress: told in nodes.

    Raises:
        DataError: for columns, ids or rows that cannot be read; the message names file and rows.
        ArtefactError: if the table changes meanwhile.
    """
    reader = _reader(predictor, nodes, "raise")
    made, at = np.empty((len(nodes.ids), predictor.width), np.float32), 0
    for outputs, _ in _blocks(reader, nodes, 0):
        if at + len(outputs) <= len(made):
            made[at : at + len(outputs)] = outputs
        at += len(outputs)
        progress(at, len(made), "embedding nodes")
    _check_count(nodes, at, len(made))
    return made


def _reader(predictor: BaseLinkPredictor, nodes: NodeTable, errors: Errors) -> RowReader:
    reader = RowReader(predictor, predictor.embed, predictor.width, errors)
    for schema in nodes.schemas:
        reader.check(schema)
    return reader


def _blocks(reader: RowReader, nodes: NodeTable, skip: int) -> Iterator[tuple[np.ndarray, list[str | None]]]:
    """What the model makes of some rows after the other, and why some of them have nothing."""
    for where, batch in nodes.batches(reader.reads, skip):
        try:
            yield reader.outputs(batch)
        except DataError as error:
            raise type(error)(f"{where}: {error}") from error


def _check_count(nodes: NodeTable, found: int, expected: int) -> None:
    if found != expected:
        raise ArtefactError(f"expected {expected} nodes in {nodes.path}, got {found}: it changed meanwhile; try again")
