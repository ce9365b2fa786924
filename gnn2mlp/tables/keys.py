"""What splits go by, of the columns of a table: a whole number for each row that follows from its value alone."""

from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.hashing import uniform_bytes
from gnn2mlp.tables.id_values import IdValues, id_values
from gnn2mlp.tables.ids import bytes_of

# The key of a row without a group, and of one without a time, which is before all others.
NO_GROUP, ALWAYS = -1, int(np.iinfo(np.int64).min)


def id_keys(values: IdValues) -> np.ndarray:
    """int64 (rows,): a whole number is its own key, anything else has one of 63 bits made of its bytes.

    Args:
        values: without gaps.

    Example:
        >>> from gnn2mlp.tables.id_values import id_values
        >>> id_keys(id_values([3, 1], "ids")).tolist()
        [3, 1]
        >>> a, b, again = id_keys(id_values(["a", "b", "a"], "ids")).tolist()
        >>> a == again, a == b
        (True, False)
    """
    if values.are_numbers:
        return np.asarray(values.data, dtype=np.int64)
    data, offsets = _packed(values.data)
    high, low = (uniform_bytes(data, offsets, 0, f"keys/{half}") for half in ("high", "low"))
    return (high * 2.0**31).astype(np.int64) * 2**32 + (low * 2.0**32).astype(np.int64)


def group_keys(column: Any, where: str) -> np.ndarray:
    """int64 (rows,): equal for equal values, from 0 upwards; -1 where there is none.

    Args:
        column: of Arrow: text, categories, numbers, booleans, dates.
        where: what it is, for messages.

    Raises:
        DataError: for values that cannot be groups.
    """
    values = id_values(_plain(column), where)
    keys = id_keys(values._replace(data=_filled(values.data), present=None))
    keys = np.where(keys >= 0, keys, keys & np.iinfo(np.int64).max)
    return keys if values.present is None else np.where(values.present, keys, NO_GROUP)


def time_keys(column: Any, where: str) -> np.ndarray:
    """int64 (rows,) that are in the order of the times; the least of all where there is none.

    Args:
        column: of Arrow: dates, times, numbers, or text in ISO form.
        where: what it is, for messages.

    Raises:
        DataError: for values that have no order in time.
    """
    import pyarrow

    types = pyarrow.types
    if types.is_string(column.type) or types.is_large_string(column.type):
        try:
            column = column.cast(pyarrow.timestamp("us"))
        except pyarrow.ArrowInvalid as error:
            raise DataError(
                f"{where}: expected dates, times or numbers, got text that is no date such as 2024-02-01 ({error}); "
                "write them in this form"
            ) from error
    if types.is_date(column.type) or types.is_timestamp(column.type):
        column = column.cast(pyarrow.timestamp("us", tz=getattr(column.type, "tz", None))).cast(pyarrow.int64())
    elif not (types.is_integer(column.type) or types.is_floating(column.type)):
        raise DataError(f"{where}: expected dates, times or numbers, got {column.type}; name another column")
    present = column.is_valid().to_numpy(zero_copy_only=False)
    values = column.fill_null(0).to_numpy()
    if values.dtype.kind == "f":  # numbers in their order
        present &= ~np.isnan(values)
        values = np.unique(values, return_inverse=True)[1]
    return np.where(present, values.astype(np.int64), ALWAYS)


def _plain(column: Any) -> Any:
    """Booleans and numbers with decimals as text, and categories as their values."""
    import pyarrow

    if pyarrow.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    plain = pyarrow.types.is_boolean(column.type) or pyarrow.types.is_floating(column.type)
    return column.cast(pyarrow.string()) if plain else column


def _filled(data: Any) -> Any:
    return data.fill_null("" if str(data.type).endswith("string") else b"") if hasattr(data, "fill_null") else data


def _packed(data: Any) -> tuple[np.ndarray, np.ndarray]:
    """The bytes of texts, one after the other, and where each begins."""
    import pyarrow

    if not hasattr(data, "type"):
        data = pyarrow.array([value.encode() if isinstance(value, str) else value for value in data], pyarrow.binary())
    if data.type == pyarrow.string() or data.type == pyarrow.binary():
        return bytes_of(data)
    _, offsets, raw = data.cast(pyarrow.large_binary()).buffers()
    places = np.frombuffer(offsets, dtype=np.int64)[data.offset : data.offset + len(data) + 1]
    held = np.frombuffer(raw, dtype=np.uint8) if raw is not None else np.zeros(0, dtype=np.uint8)
    return held[places[0] : places[-1]], places - places[0]
