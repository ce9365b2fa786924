"""Columns of Parquet tables, read in batches and told apart by type. Needs pyarrow (extra `parquet`), no torch."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError
from gnn2mlp.core.files import user_path

# Rows of a table that are held at once where it is read in batches.
BATCH_ROWS = 16_384
# What a name may end in that its reader would take for another format.
_OTHER_FORMATS = frozenset(
    {".csv", ".tsv", ".txt", ".json", ".jsonl", ".arrow", ".feather", ".orc", ".avro", ".xlsx", ".npz", ".gz", ".zip"}
)
# Bytes of a column that are read at once.
_BUFFER = 1 << 20


def pyarrow_modules() -> tuple[Any, Any]:
    """`pyarrow`, with `pyarrow.compute`, and `pyarrow.parquet`.

    Raises:
        ConfigError: if they are not installed.
    """
    try:
        import pyarrow
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError as error:
        raise ConfigError("Parquet needs pyarrow; install the extra: pip install 'gnn2mlp[parquet]'") from error
    return pyarrow, pyarrow.parquet


def parquet_place(path: str | os.PathLike[str], what: str = "out") -> Path:
    """Where a Parquet table is to be written, as a person writes it; see `user_path`.

    Args:
        path: of a file that may or may not exist.
        what: it is of, for messages.

    Raises:
        ConfigError: if the name promises another format, or there can be no such path.

    Example:
        >>> parquet_place("a.csv")
        Traceback (most recent call last):
        gnn2mlp.core.errors.ConfigError: out: expected a name that ends in .parquet, as that is written, got 'a.csv'
    """
    place = user_path(path, what)
    if place.suffix.lower() in _OTHER_FORMATS:
        raise ConfigError(f"{what}: expected a name that ends in .parquet, as that is written, got {place.name!r}")
    return place


@contextmanager
def reading(path: Path, *kinds: type[Exception]) -> Iterator[None]:
    """Within the block whatever goes wrong with the file becomes an `ArtefactError` that names it.

    Args:
        path: of the file.
        kinds: exceptions of other libraries that count as well.
    """
    arrow, _ = pyarrow_modules()
    try:
        yield
    except (ArtefactError, DataError):
        raise
    except (OSError, ValueError, arrow.ArrowException, *kinds) as error:
        raise ArtefactError(f"expected a Parquet table at {path}, got: {error}") from error


def open_table(path: Path, repeating: Sequence[str] = ()) -> Any:
    """The `pyarrow.parquet.ParquetFile` at `path`, which compares the checksums of the pages that it reads.

    Args:
        path: of the file.
        repeating: columns of texts of which each different one is to be held once.
    """
    _, parquet = pyarrow_modules()
    with reading(path):
        # Not pre-buffered: that holds all of a file once its rows have been gone through.
        return parquet.ParquetFile(
            path,
            page_checksum_verification=True,
            pre_buffer=False,
            buffer_size=_BUFFER,
            read_dictionary=list(repeating),
        )


def read_batches(file: Any, path: Path, columns: Sequence[str]) -> Iterator[Any]:
    """Some columns of an open table, at most `BATCH_ROWS` rows at a time, as pyarrow tables: at least one.

    Raises:
        ArtefactError: if the file turns out to be damaged.
    """
    arrow, _ = pyarrow_modules()
    with reading(path):
        if file.metadata.num_rows == 0:
            yield file.read(columns=list(columns))
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(columns)):
            yield arrow.Table.from_batches([batch])


def is_list(kind: Any) -> bool:
    """Whether a column's type is that of lists."""
    return hasattr(kind, "value_type") and not pyarrow_modules()[0].types.is_dictionary(kind)


def is_numeric(kind: Any) -> bool:
    """Whether a column's type is that of whole or real numbers."""
    arrow, _ = pyarrow_modules()
    return bool(arrow.types.is_integer(kind) or arrow.types.is_floating(kind))


def is_category(kind: Any) -> bool:
    """Whether a column's type is that of texts, or of values that were numbered beforehand."""
    return is_text(kind) or bool(pyarrow_modules()[0].types.is_dictionary(kind))


def is_text(kind: Any) -> bool:
    """Whether a column's type is that of texts."""
    types = pyarrow_modules()[0].types
    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def one_array(column: Any) -> Any:
    """A chunked array as one array."""
    arrow, _ = pyarrow_modules()
    chunk = column.combine_chunks()
    if isinstance(chunk, arrow.ChunkedArray):  # pyarrow leaves no chunk at all as it is
        chunk = chunk.chunk(0) if chunk.num_chunks else arrow.array([], type=chunk.type)
    return chunk


def distinct(column: Any) -> tuple[list[Any], np.ndarray]:
    """The different values of a column, last of them `None` for a gap, and each row's place among them (rows,)."""
    codes = one_array(column).dictionary_encode()
    known = [*codes.dictionary.to_pylist(), None]
    return known, codes.indices.fill_null(len(known) - 1).to_numpy(zero_copy_only=False)
