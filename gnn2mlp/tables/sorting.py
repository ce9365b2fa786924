"""Rows put in order on disk by DuckDB, in memory that does not grow with their number."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ArtefactError, ConfigError
from gnn2mlp.core.parquet import pyarrow_modules

# What DuckDB may hold of all that it sorts at a time; the rest lies on disk.
MEMORY = "512MiB"
THREADS = 4
# Bytes of rows that are handed over at a time.
_HANDED = 1 << 24
# DuckDB holds some hundred thousand rows of an order at a time, however wide: wider ones go in as several pieces.
PIECE_BYTES = 256
_PIECE = "piece"


class Sorter:
    """A DuckDB in memory that lays down what it sorts in a folder; `sorter` opens and closes it."""

    def __init__(self, database: Any, folder: Path, failure: type[Exception]):
        self.database = database
        self.folder = folder
        self.failure = failure

    def ordered(self, batches: Iterable[Any], schema: Any, by: str) -> Iterator[Any]:
        """Rows in order; the first is known when all have been read.

        Args:
            batches: of rows, as pyarrow record batches.
            schema: of all of them; its last column is of binary values of one length, the bulk of a row.
            by: columns to sort by, with commas; equal ones come as they were.

        Raises:
            ArtefactError: if the disk is full or cannot be written. What `batches` raises is raised.
        """
        arrow, _ = pyarrow_modules()
        pieces = _Pieces(schema)
        source = Source(map(pieces.cut, batches))
        try:
            reader = arrow.RecordBatchReader.from_batches(pieces.schema, source)
            # A cursor of its own: two orders may be read in turn.
            order = self.database.cursor().from_arrow(reader).order(f"{by}, {_PIECE}")
            yield from pieces.joined(order.to_arrow_reader(pieces.handed))
        except (self.failure, arrow.ArrowException, OSError) as error:
            if source.error is not None:
                raise source.error from None
            raise ArtefactError(
                f"could not sort rows on disk in {self.folder} ({' '.join(str(error).split())}); free some space or "
                "choose another folder"
            ) from error


class _Pieces:
    """Rows as pieces of at most `PIECE_BYTES`, numbered in the order of the rows, and rows of such pieces again."""

    def __init__(self, schema: Any):
        arrow, _ = pyarrow_modules()
        self.width = schema[-1].type.byte_width
        self.count = -(-self.width // PIECE_BYTES)
        self.length = -(-self.width // self.count)
        self.schema = schema.set(len(schema) - 1, arrow.field(schema[-1].name, arrow.binary(self.length))).append(
            arrow.field(_PIECE, arrow.int64())
        )
        # Whole rows.
        self.handed = self.count * max(1, min(32_768, _HANDED // self.width))
        self._number = 0

    def cut(self, batch: Any) -> Any:
        """A batch of rows as one of pieces."""
        arrow, _ = pyarrow_modules()
        *keys, rows = batch.columns
        pieces = batch.num_rows * self.count
        values = np.zeros((batch.num_rows, self.count * self.length), dtype=np.uint8)
        held = np.frombuffer(rows.buffers()[1], dtype=np.uint8)[rows.offset * self.width :]
        values[:, : self.width] = held[: batch.num_rows * self.width].reshape(batch.num_rows, self.width)
        cut = arrow.FixedSizeBinaryArray.from_buffers(self.schema[-2].type, pieces, [None, arrow.py_buffer(values)])
        number = arrow.array(np.arange(self._number, self._number + pieces))
        self._number += pieces
        if self.count > 1:
            repeated = arrow.array(np.repeat(np.arange(batch.num_rows), self.count))
            keys = [key.take(repeated) for key in keys]
        return arrow.record_batch([*keys, cut, number], schema=self.schema)

    def joined(self, batches: Iterable[Any]) -> Iterator[Any]:
        """Batches of rows of those of pieces in order; the bulk of a row is of binary values again."""
        held: Any = None
        for batch in batches:
            held = batch if held is None or not held.num_rows else _concatenated(held, batch)
            whole = held.num_rows // self.count * self.count
            if whole:
                yield self._rows(held.slice(0, whole))
            held = held.slice(whole)

    def _rows(self, pieces: Any) -> Any:
        arrow, _ = pyarrow_modules()
        *keys, column, _ = pieces.columns
        rows = len(column) // self.count
        if self.count > 1:
            first = arrow.array(np.arange(rows) * self.count)
            keys = [key.take(first) for key in keys]
        _, offsets, data = column.buffers()
        begin = int(np.frombuffer(offsets, dtype=np.int32, count=column.offset + 1)[-1])
        values = np.frombuffer(data, dtype=np.uint8, count=len(column) * self.length, offset=begin)
        whole = values.reshape(rows, self.count * self.length)[:, : self.width]
        bulk = arrow.FixedSizeBinaryArray.from_buffers(
            arrow.binary(self.width), rows, [None, arrow.py_buffer(np.ascontiguousarray(whole))]
        )
        return arrow.record_batch([*keys, bulk], names=pieces.schema.names[:-1])


def _concatenated(*batches: Any) -> Any:
    arrow, _ = pyarrow_modules()
    return arrow.Table.from_batches(batches).combine_chunks().to_batches()[0]


class Source:
    """Batches whose error is kept: what reaches the caller through DuckDB is its text alone."""

    def __init__(self, batches: Iterable[Any]):
        self.batches = batches
        self.error: BaseException | None = None

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self.batches
        except BaseException as error:
            self.error = error
            raise


@contextmanager
def sorter(folder: Path) -> Iterator[Sorter]:
    """Sort within the block, in temporary files under `folder`, which are removed after it.

    Raises:
        ConfigError: if DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError as error:
        raise ConfigError("joining tables needs duckdb; install the extra: pip install 'gnn2mlp[parquet]'") from error
    database = duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "threads": min(THREADS, os.cpu_count() or 1),
            "temp_directory": str(folder),
            "autoinstall_known_extensions": False,
        }
    )
    try:
        yield Sorter(database, folder, duckdb.Error)
    finally:
        database.close()
