"""Labels in the columns of a table: classes of any type, several labels of yes and no, or numbers."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError


class Classes(NamedTuple):
    """`codes` int64 (rows,), places in `values`, -1 where the label is not known; `values`, sorted."""

    codes: np.ndarray
    values: np.ndarray


def class_labels(column: Any, name: str, shown: Any = str) -> Classes:
    """The classes in a column.

    Args:
        column: of Arrow: text, categories, whole numbers or booleans; a gap, or an empty text, is a label that is not
            known.
        name: of the column, for messages.
        shown: gives the id of a row, for messages.

    Raises:
        DataError: for lists, numbers with decimals, dates and the like; if fewer than two classes are labelled.

    Example:
        >>> import pyarrow
        >>> class_labels(pyarrow.array(["spam", None, "ham"]), "kind").codes.tolist()
        [1, -1, 0]
    """
    import pyarrow

    where, types = f"label column {name!r}", pyarrow.types
    column = _combined(column)
    if types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if types.is_floating(column.type):
        column = _whole(column, where, shown)
    if types.is_list(column.type) or types.is_large_list(column.type) or types.is_fixed_size_list(column.type):
        raise DataError(
            f"{where}: expected one class a row, got a list in row {_first(column, shown)}; of rows with several "
            "labels make a column of 0 and 1 for each, and name them all: --label a,b,c"
        )
    text = any(test(column.type) for test in (types.is_string, types.is_large_string, types.is_string_view))
    if text:
        column = without_empty(column)
    if not (text or types.is_integer(column.type) or types.is_boolean(column.type) or types.is_null(column.type)):
        raise DataError(
            f"{where}: expected classes that are text, whole numbers or booleans, got {column.type}; name another "
            "column, or write the classes as text"
        )
    encoded = (column.cast(pyarrow.int64()) if types.is_null(column.type) else column).dictionary_encode()
    found = np.asarray(encoded.dictionary.to_pylist(), dtype=None if len(encoded.dictionary) else object)
    if types.is_boolean(column.type):
        found = found.astype(bool)
    if len(found) < 2:
        got = f"one class, {found[0].item()!r}" if len(found) else "no label at all"
        raise DataError(
            f"{where}: expected labelled rows of at least two classes, got {got}; label rows of another class, or "
            "name another column with --label"
        )
    order = np.argsort(found)
    place = np.empty(len(found), dtype=np.int64)
    place[order] = np.arange(len(found))
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return Classes(np.where(codes >= 0, place[codes], -1), found[order])


def number_labels(columns: Mapping[str, Any]) -> np.ndarray:
    """float64 (rows, columns) of numbers, NaN where there is none.

    Raises:
        DataError: for a column of anything else, or without a number.
    """
    made = []
    for name, column in columns.items():
        values = _numbers(column, name, "numbers")
        if np.isnan(values).all():
            raise DataError(f"label column {name!r}: expected a number in some rows, got none; name another column")
        made.append(values)
    return np.stack(made, axis=1)


def several_labels(columns: Mapping[str, Any]) -> np.ndarray:
    """float64 (rows, labels) of 0 and 1, NaN where it is not known.

    Raises:
        DataError: for a column of anything else, or without a label.
    """
    made = []
    for name, column in columns.items():
        values = _numbers(column, name, "0 and 1, or true and false")
        if len(values) and np.isnan(values).all():
            raise DataError(f"label column {name!r}: expected a label in some rows, got none; leave it out of --label")
        other = values[~np.isnan(values) & (values != 0) & (values != 1)]
        if other.size:
            raise DataError(
                f"label column {name!r}: expected 0 and 1, or true and false, as one of several labels, got "
                f"{other[0]:g}; for numbers say --task regression, and of several classes make a column each"
            )
        made.append(values)
    return np.stack(made, axis=1)


def _numbers(column: Any, name: str, expected: str) -> np.ndarray:
    import pyarrow

    types = pyarrow.types
    if types.is_boolean(column.type):
        column = column.cast(pyarrow.int8())
    if not (types.is_integer(column.type) or types.is_floating(column.type) or types.is_decimal(column.type)):
        raise DataError(f"label column {name!r}: expected {expected}, got {column.type}; name another column")
    found = np.array(_combined(column).cast(pyarrow.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)
    if np.isinf(found).any():
        raise DataError(f"label column {name!r}: expected finite numbers, got infinity; leave it empty where unknown")
    return found


def without_empty(column: Any) -> Any:
    """Texts with a gap in place of each that is empty, as a CSV file has it."""
    import pyarrow
    from pyarrow import compute

    column = column.cast(pyarrow.large_string())
    return compute.if_else(compute.equal(column, ""), None, column)


def _combined(column: Any) -> Any:
    """One array."""
    if not hasattr(column, "combine_chunks"):
        return column
    import pyarrow

    return pyarrow.concat_arrays(column.chunks) if column.num_chunks else pyarrow.array([], column.type)


def _whole(column: Any, where: str, shown: Any) -> Any:
    """Numbers with decimals that are whole, as gaps among integers make them, as integers."""
    import pyarrow

    values = column.to_numpy(zero_copy_only=False)
    with np.errstate(invalid="ignore"):
        wrong = np.flatnonzero(~np.isnan(values) & (values != np.trunc(values)))
    if wrong.size:
        raise DataError(
            f"{where}: expected classes, got numbers with decimals such as {values[wrong[0]]:g} in row "
            f"{shown(int(wrong[0]))}; to predict numbers say --task regression"
        )
    return pyarrow.array(values, from_pandas=True).cast(pyarrow.int64())


def _first(column: Any, shown: Any) -> str:
    rows = np.flatnonzero(column.is_valid().to_numpy(zero_copy_only=False))
    return str(shown(int(rows[0]))) if rows.size else "none"


def counts_of(classes: Sequence[Any], codes: np.ndarray) -> dict[str, int]:
    """How many rows have each class, by its name; the greatest first."""
    count = np.bincount(codes[codes >= 0], minlength=len(classes))
    return {str(classes[c]): int(count[c]) for c in np.argsort(-count, kind="stable")}
