"""Columns of Parquet tables as checked arrays, whole or in batches. pyarrow is needed, the extra `parquet`."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import ArtefactError, ConfigError, DataError

# Rows of a table that are held at once where it is read in batches.
BATCH_ROWS = 16_384
# Bytes of a column that are read at once.
_BUFFER = 1 << 20

_NUMPY = {torch.int64: np.int64, torch.int32: np.int32, torch.float32: np.float32}


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


def open_table(path: Path) -> Any:
    """The `pyarrow.parquet.ParquetFile` at `path`, which compares the checksums of the pages that it reads."""
    _, parquet = pyarrow_modules()
    with reading(path):
        # Not pre-buffered: that holds all of a file once its rows have been gone through.
        return parquet.ParquetFile(path, page_checksum_verification=True, pre_buffer=False, buffer_size=_BUFFER)


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


def to_column(value: Tensor) -> Any:
    """An array (rows,) or (rows, ...) of any device as a column of numbers, or of lists (of lists) of equal length."""
    arrow, _ = pyarrow_modules()
    value = value.cpu()
    column = arrow.array(value.contiguous().numpy().reshape(-1))
    for width in reversed(value.shape[1:]):
        column = arrow.FixedSizeListArray.from_arrays(column, width)
    return column


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


def to_tensor(column: Any, name: str, dtype: torch.dtype, lists: int, path: Path) -> Tensor:
    """A column as an array (rows,), or (rows, length) if it holds lists, with an axis more if it holds lists of lists.

    Args:
        column: a chunked array of pyarrow.
        name: of the column, for messages.
        dtype: int32, int64 or float32; numbers of another width are converted.
        lists: how deep numbers lie in lists: 0, 1, or 2 where lists of lists are expected.
        path: for messages.

    Raises:
        DataError: if it has gaps, lists of different lengths, or other values than expected.
    """
    where = f"{path}: column {name!r}"
    if column.null_count:
        raise DataError(f"{where}: expected a value in every row, got {column.null_count} without")
    if bool(lists) != is_list(column.type):
        raise DataError(f"{where}: expected {'lists of numbers' if lists else 'numbers'}, got {column.type}")
    flat, widths = one_array(column), list[int]()
    while len(widths) < lists and is_list(flat.type):
        widths.append(_one_length(flat, where))
        flat = flat.flatten()
    if not is_numeric(flat.type):
        raise DataError(f"{where}: expected numbers, got {flat.type}")
    if flat.null_count:
        raise DataError(f"{where}: expected numbers without gaps, got {flat.null_count} gaps")
    values = flat.to_numpy(zero_copy_only=False)
    found = values.astype(_NUMPY[dtype])
    if not dtype.is_floating_point and not np.array_equal(found, values):
        raise DataError(f"{where}: expected whole numbers, got {values.dtype} values that are not")
    return torch.from_numpy(found.reshape(len(column), *widths))


def _one_length(lists: Any, where: str) -> int:
    """The length of all lists of an array."""
    lengths = np.unique(lists.value_lengths().drop_null().to_numpy(zero_copy_only=False))
    if lengths.size > 1:
        raise DataError(f"{where}: expected lists of equal length, got lengths from {lengths[0]} to {lengths[-1]}")
    return int(lengths[0]) if lengths.size else int(getattr(lists.type, "list_size", 0))
