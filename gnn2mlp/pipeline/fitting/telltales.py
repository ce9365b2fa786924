"""Columns that tell the label by themselves: mostly ones that were written after it was known."""

from typing import Any

import numpy as np

# A column is a telltale if its values alone tell so large a share of the labels that the commonest class does not.
SHARE = 0.99
# Values of so few rows each tell nothing of the column: every id tells its row's label.
_ROWS_A_VALUE = 5
# Rows and values that are looked at.
_MOST_ROWS, _MOST_VALUES = 100_000, 200


def telltales(features: Any, codes: np.ndarray, names: list[str]) -> dict[str, float]:
    """By column, the share of labelled rows whose class follows from its value, where it is suspiciously large.

    Of a number, the class follows from in which of a few ranges it lies.

    Args:
        features: Arrow table of the columns.
        codes: int64 (rows,), class, or -1.
        names: the columns that are looked at.

    Example:
        >>> import pyarrow
        >>> table = pyarrow.table({"closed": ["yes", "no"] * 50, "price": [1.0, 2.0, 3.0, 4.0] * 25})
        >>> telltales(table, np.array([1, 0] * 50), ["closed"])
        {'closed': 1.0}
    """
    rows = np.flatnonzero(codes >= 0)
    rows = rows[:: max(1, len(rows) // _MOST_ROWS)]
    labels = codes[rows]
    found = {}
    for name in names:
        parts = _parts(features[name].take(rows), labels)
        if parts is not None and (share := explained(parts, labels)) >= SHARE:
            found[name] = share
    return found


def explained(parts: np.ndarray, labels: np.ndarray) -> float:
    """Of the labels that the commonest class does not tell, the share that the commonest class of each part does.

    Args:
        parts: int64 (rows,), from 0.
        labels: int64 (rows,), from 0.
    """
    classes = int(labels.max()) + 1
    table = np.bincount(parts * classes + labels, minlength=(int(parts.max()) + 1) * classes).reshape(-1, classes)
    commonest = table.sum(0).max()
    left = len(labels) - commonest
    return float((table.max(1).sum() - commonest) / left) if left else 0.0


def _parts(column: Any, labels: np.ndarray) -> np.ndarray | None:
    """The part of each row: its value, or the range of its number; `None` where there are too many values."""
    import pyarrow

    types = pyarrow.types
    if types.is_integer(column.type) or types.is_floating(column.type) or types.is_temporal(column.type):
        return _ranges(column, labels)
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (types.is_string(column.type) or types.is_large_string(column.type) or types.is_boolean(column.type)):
        return None
    encoded = pyarrow.chunked_array([column.combine_chunks()]).dictionary_encode(null_encoding="encode").chunk(0)
    values = len(encoded.dictionary)
    if values > min(_MOST_VALUES, len(labels) // _ROWS_A_VALUE):
        return None
    return np.asarray(encoded.indices.to_numpy(zero_copy_only=False), dtype=np.int64)


def _ranges(column: Any, labels: np.ndarray) -> np.ndarray:
    """The leaves of a small tree on the number alone; gaps are a part of their own."""
    import pyarrow
    from sklearn.tree import DecisionTreeClassifier

    if pyarrow.types.is_temporal(column.type):
        width = 32 if pyarrow.types.is_date32(column.type) or pyarrow.types.is_time32(column.type) else 64
        column = column.cast(pyarrow.int32() if width == 32 else pyarrow.int64())
    numbers = column.cast(pyarrow.float64(), safe=False).to_numpy()
    present = np.isfinite(numbers)
    parts = np.zeros(len(labels), dtype=np.int64)
    if present.sum() < 2 * _ROWS_A_VALUE:
        return parts
    tree = DecisionTreeClassifier(
        max_leaf_nodes=2 * (int(labels.max()) + 1), min_samples_leaf=_ROWS_A_VALUE, random_state=0
    )
    x = numbers[present, None].astype(np.float32)
    x = np.nan_to_num(x)
    parts[present] = 1 + tree.fit(x, labels[present]).apply(x)
    return parts
