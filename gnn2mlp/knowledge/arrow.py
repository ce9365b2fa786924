"""Arrays as columns of Arrow tables and back, checked. pyarrow is needed, the extra `parquet`."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.parquet import is_list, is_numeric, one_array, pyarrow_modules

_NUMPY = {
    torch.int64: np.int64,
    torch.int32: np.int32,
    torch.float32: np.float32,
    torch.float16: np.float16,
    torch.bool: np.bool_,
}


def to_column(value: Tensor) -> Any:
    """An array (rows,) or (rows, ...) of any device as a column of numbers, or of lists (of lists) of equal length."""
    arrow, _ = pyarrow_modules()
    value = value.cpu()
    column = arrow.array(value.contiguous().numpy().reshape(-1))
    for width in reversed(value.shape[1:]):
        column = arrow.FixedSizeListArray.from_arrays(column, width)
    return column


def to_tensor(column: Any, name: str, dtype: torch.dtype, lists: int, path: Path) -> Tensor:
    """A column as an array (rows,), or (rows, length) if it holds lists, with an axis more if it holds lists of lists.

    Args:
        column: a chunked array of pyarrow.
        name: of the column, for messages.
        dtype: int32, int64, float16 or float32, and numbers of another width are converted; or bool.
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
    truths = dtype == torch.bool
    if truths != (str(flat.type) == "bool") or not (truths or is_numeric(flat.type)):
        raise DataError(f"{where}: expected {'true or false' if truths else 'numbers'}, got {flat.type}")
    if flat.null_count:
        raise DataError(f"{where}: expected numbers without gaps, got {flat.null_count} gaps")
    values = flat.to_numpy(zero_copy_only=False)
    found = values.astype(_NUMPY[dtype])
    if not dtype.is_floating_point and not np.array_equal(found, values):
        raise DataError(f"{where}: expected whole numbers, got {values.dtype} values that are not")
    return torch.from_numpy(found.reshape(len(column), *widths))


def is_half(kind: Any) -> bool:
    """Whether numbers of half precision lie in a column of this type, in lists or not."""
    types = pyarrow_modules()[0].types
    while is_list(kind):
        kind = kind.value_type
    return bool(types.is_float16(kind))


def _one_length(lists: Any, where: str) -> int:
    """The length of all lists of an array."""
    lengths = np.unique(lists.value_lengths().drop_null().to_numpy(zero_copy_only=False))
    if lengths.size > 1:
        raise DataError(f"{where}: expected lists of equal length, got lengths from {lengths[0]} to {lengths[-1]}")
    return int(lengths[0]) if lengths.size else int(getattr(lists.type, "list_size", 0))
