"""Ids in memory, of whatever a column came as, brought into a form in which they are compared. Needs no pyarrow.

Numbers, dates and times become int64, on which numpy works; text, bytes and UUIDs become one Arrow array where pyarrow
is installed, which takes a fraction of the memory of Python's objects, and an array of objects elsewhere.
"""

import datetime
import uuid
from importlib.util import find_spec
from typing import Any, Literal, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError

Kind = Literal["integer", "unsigned", "text", "bytes", "uuid", "time"]

NAMES: dict[Kind, str] = {
    "integer": "whole numbers",
    "unsigned": "whole numbers",
    "text": "text",
    "bytes": "bytes",
    "uuid": "UUIDs",
    "time": "dates or times",
}
_ACCEPTED = "ids that are whole numbers, text, bytes, UUIDs, dates or times"
_FINER = (
    "expected times in whole microseconds, in the years that 64 bits of them hold, got others, of which several would "
    "become one; write them as numbers or text"
)
_PYTHON: tuple[tuple[Any, Kind], ...] = (
    ((int, np.integer), "integer"),
    ((float, np.floating), "integer"),
    (str, "text"),
    (bytes, "bytes"),
    (uuid.UUID, "uuid"),
    ((datetime.date, np.datetime64), "time"),
)


class IdValues(NamedTuple):
    """Ids as they are compared.

    Attributes:
        kind: what they are; `"unsigned"` are whole numbers of which some exceed 2^63 - 1, held by their bits.
        data: int64 (rows,) of numbers and times (microseconds since 1970, UTC); else an Arrow array or objects.
        present: bool (rows,), False at a gap; `None` where there is none.
    """

    kind: Kind
    data: Any
    present: np.ndarray | None

    @property
    def are_numbers(self) -> bool:
        """Whether `data` is int64."""
        return self.kind in ("integer", "unsigned", "time")

    def shown(self, row: int) -> str:
        """The id in a row as the user would write it, for messages."""
        value = self.data[row]
        if self.kind == "time":
            return str(np.datetime64(int(value), "us")).removesuffix("T00:00:00.000000")
        if self.are_numbers:
            return str(value.view(np.uint64) if self.kind == "unsigned" else value)
        plain = value.as_py() if hasattr(value, "as_py") else value
        return str(uuid.UUID(bytes=plain)) if self.kind == "uuid" else repr(plain)


def id_values(column: Any, where: str) -> IdValues:
    """Read ids from a list, numpy, torch, pandas, polars or Arrow.

    Args:
        column: (rows,) ids of one kind, with or without gaps.
        where: what holds them, for messages.

    Raises:
        DataError: for values that are no ids, or are of several kinds.

    Example:
        >>> id_values([3, None, 1], "edges").present.tolist()
        [True, False, True]
        >>> id_values(["a", 7], "column 'page'")
        Traceback (most recent call last):
        gnn2mlp.core.errors.DataError: column 'page': expected ids of one kind, got text ('a', row 0) and whole \
numbers (7, row 1); write them as one type
    """
    if (arrow := _arrow(column)) is not None:
        return _of_arrow(arrow, where)
    values = _flat(column, where)
    if values.dtype == object:
        return _of_objects(values, where)
    if values.dtype.kind == "M":
        return IdValues("time", _microseconds(values, where), _unless_all(~np.isnat(values)))
    if values.dtype.kind in "iuf":
        return _of_numbers(values, where)
    if values.dtype.kind in "US":
        return _packed("text" if values.dtype.kind == "U" else "bytes", values.astype(object), None, where)
    raise DataError(f"{where}: expected {_ACCEPTED}, got {values.dtype}")


def _flat(column: Any, where: str) -> np.ndarray:
    """One-dimensional; of a sequence the elements as they are, since numpy would turn ["a", 1] into text."""
    if hasattr(column, "detach"):  # torch, wherever it is
        column = column.detach().cpu()
    if isinstance(column, list | tuple):
        values = np.empty(len(column), dtype=object)
        values[:] = column
        return values
    dtype = getattr(column, "dtype", None)
    if not isinstance(dtype, np.dtype) and getattr(dtype, "kind", "") in ("i", "u", "O") and hasattr(column, "isna"):
        # of whole numbers with gaps, which pandas' own types hold, numpy would make floats
        column = column.astype(object) if column.isna().any() else column
    values = np.asarray(column)
    if values.ndim != 1:
        raise DataError(f"{where}: expected one id a row, an array of shape (rows,), got shape {values.shape}")
    return values


def _of_numbers(values: np.ndarray, where: str) -> IdValues:
    present = None
    if values.dtype.kind == "f":
        gaps = np.isnan(values)
        present, values = _unless_all(~gaps), _whole(np.where(gaps, 0, values) if gaps.any() else values, where)
    if values.dtype == np.uint64 and values.size and values.max() > np.iinfo(np.int64).max:
        return IdValues("unsigned", values.view(np.int64), present)
    return IdValues("integer", values.astype(np.int64, copy=False), present)


def _whole(values: np.ndarray, where: str) -> np.ndarray:
    wrong = np.flatnonzero(~np.isfinite(values) | (np.trunc(values) != values))
    if wrong.size:
        raise DataError(f"{where}: expected whole numbers as ids, got {values[wrong[0]]} in row {wrong[0]}; correct it")
    bits = np.finfo(values.dtype).nmant + 1  # from 2^bits on several whole numbers share a float
    if (np.abs(values) >= 2**bits).any():
        raise DataError(
            f"{where}: ids are {values.dtype} from 2^{bits} on, where several ids become one; write them as int64"
        )
    return values.astype(np.int64)


def _of_objects(values: np.ndarray, where: str) -> IdValues:
    kinds = {found: _kind_of(found) for found in set(map(type, values))}
    gaps = np.zeros(len(values), dtype=bool)
    if None in kinds.values() or any(issubclass(found, float | np.floating | datetime.date) for found in kinds):
        gaps = np.fromiter(map(_is_gap, values), dtype=bool, count=len(values))
    found = _one_kind(values, gaps, kinds, where)
    if found == "integer":
        return _of_numbers(_as_numbers(values, gaps, where), where)._replace(present=_unless_all(~gaps))
    if found == "time":
        return IdValues(found, _as_times(values, gaps, where), _unless_all(~gaps))
    if found == "uuid":
        values = np.array([None if gap else value.bytes for gap, value in zip(gaps, values, strict=True)], dtype=object)
    return _packed(found, values, _unless_all(~gaps), where)


def _kind_of(found: type) -> Kind | None:
    if found is bool or found is np.bool_:
        return None
    return next((kind for types, kind in _PYTHON if issubclass(found, types)), None)


def _is_gap(value: Any) -> bool:
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):  # pandas' NA is neither equal to itself nor different; lists are no gaps
        return not isinstance(value, list | tuple | np.ndarray)


def _one_kind(values: np.ndarray, gaps: np.ndarray, kinds: dict[type, Kind | None], where: str) -> Kind:
    """What all values but gaps are."""
    first: dict[Kind | None, int] = {}
    if len({kinds[found] for found in kinds}) == 1 and not gaps.any() and None not in kinds.values():
        first[kinds[type(values[0])]] = 0
    else:
        for row in np.flatnonzero(~gaps):
            first.setdefault(kinds[type(values[row])], int(row))
    if None in first:
        value = values[first[None]]
        raise DataError(f"{where}: expected {_ACCEPTED}, got {type(value).__name__} {value!r} in row {first[None]}")
    if len(first) > 1:
        got = " and ".join(f"{NAMES[kind]} ({values[row]!r}, row {row})" for kind, row in first.items() if kind)
        raise DataError(f"{where}: expected ids of one kind, got {got}; write them as one type")
    return next((kind for kind in first if kind), "integer")


def _as_numbers(values: np.ndarray, gaps: np.ndarray, where: str) -> np.ndarray:
    filled = np.where(gaps, 0, values)
    floats = np.fromiter((isinstance(value, float | np.floating) for value in filled), dtype=bool, count=len(filled))
    if floats.all():
        return filled.astype(np.float64)
    if floats.any():  # whole numbers beside them are exact, and stay so
        filled = np.where(floats, _whole(np.where(floats, filled, 0).astype(np.float64), where).astype(object), filled)
    try:
        low = min(filled, default=0)
        return filled.astype(np.int64 if low < 0 or max(filled, default=0) <= np.iinfo(np.int64).max else np.uint64)
    except OverflowError as error:
        raise DataError(f"{where}: ids exceed 64 bits; write them as text") from error


def _as_times(values: np.ndarray, gaps: np.ndarray, where: str) -> np.ndarray:
    """Microseconds since 1970, those with a zone in UTC."""
    utc = [
        value.astimezone(datetime.UTC).replace(tzinfo=None) if getattr(value, "tzinfo", None) else value
        for value in np.where(gaps, np.datetime64("NaT"), values)
    ]
    if any(getattr(value, "nanosecond", 0) for value in utc):  # of pandas' timestamps
        raise DataError(f"{where}: {_FINER}")
    return _microseconds(np.array(utc, dtype="datetime64"), where)


def _microseconds(times: np.ndarray, where: str) -> np.ndarray:
    """Microseconds since 1970 of datetime64 of any unit, if these are the same times."""
    found = times.astype("datetime64[us]")
    if not ((found.astype(times.dtype) == times) | np.isnat(times)).all():
        raise DataError(f"{where}: {_FINER}")
    return found.view(np.int64)


def _packed(kind: Kind, values: np.ndarray, present: np.ndarray | None, where: str) -> IdValues:
    """Text or bytes as one Arrow array, or as objects where pyarrow is not installed."""
    if (arrow := _pyarrow()) is None:
        return IdValues(kind, values, present)
    gaps = None if present is None else ~present
    type_ = arrow.large_string() if kind == "text" else arrow.large_binary()
    try:
        return IdValues(kind, arrow.array(values, type=type_, mask=gaps), present)
    except UnicodeEncodeError as error:
        raise DataError(f"{where}: expected ids that are text in Unicode, got {error.object!r}; mend it") from error


def _arrow(column: Any) -> Any:
    """The column as one Arrow array, if it is one, or holds one, and numpy would make objects of it; else `None`."""
    offers = ("__arrow_c_stream__", "__arrow_c_array__", "__arrow_array__", "array")  # the last is pandas' way in
    dtype = getattr(column, "dtype", None)
    plain = isinstance(dtype, np.dtype) or getattr(dtype, "kind", "") in tuple("iufM")
    if plain or not any(hasattr(column, name) for name in offers) or (arrow := _pyarrow()) is None:
        return None
    found = arrow.chunked_array(column) if hasattr(column, "__arrow_c_stream__") else arrow.array(column)
    if isinstance(found, arrow.ChunkedArray):
        found = arrow.concat_arrays(found.chunks) if found.num_chunks else arrow.array([], type=found.type)
    if arrow.types.is_dictionary(found.type):
        values = found.dictionary
        if arrow.types.is_string_view(values.type):  # of polars; Arrow decodes none of it
            found = arrow.DictionaryArray.from_arrays(found.indices, values.cast(arrow.large_string()))
        return found.dictionary_decode()
    return found


def _of_arrow(found: Any, where: str) -> IdValues:
    arrow = _pyarrow()
    types, kind = arrow.types, found.type
    present = _unless_all(~found.is_null().to_numpy(zero_copy_only=False)) if found.null_count else None
    if types.is_decimal(kind) and kind.scale == 0:
        found = _cast(found, arrow.int64(), f"{where}: ids exceed 64 bits; write them as text")
    if types.is_integer(found.type) or types.is_floating(found.type):
        numbers = found.fill_null(0).to_numpy(zero_copy_only=False) if present is not None else found.to_numpy()
        held = _of_numbers(numbers, where)
        return held._replace(present=_both(present, held.present))
    if types.is_date(kind) or types.is_timestamp(kind):
        times = _cast(found, arrow.timestamp("us", tz=getattr(kind, "tz", None)), f"{where}: {_FINER}")
        times = times.cast(arrow.int64())
        return IdValues("time", times.fill_null(0).to_numpy(zero_copy_only=False), present)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return IdValues("text", found.cast(arrow.large_string()), present)
    if kind == arrow.uuid():
        return IdValues("uuid", found.storage.cast(arrow.binary()).cast(arrow.large_binary()), present)
    tests = (types.is_binary, types.is_large_binary, types.is_binary_view, types.is_fixed_size_binary)
    if any(test(kind) for test in tests):
        return IdValues("bytes", found.cast(arrow.binary()).cast(arrow.large_binary()), present)
    if types.is_null(kind):
        return IdValues("integer", np.zeros(len(found), dtype=np.int64), np.zeros(len(found), dtype=bool))
    raise DataError(f"{where}: expected {_ACCEPTED}, got {kind}")


def _cast(found: Any, to: Any, otherwise: str) -> Any:
    """An Arrow array as another type, or a sentence where that would lose something."""
    try:
        return found.cast(to)
    except _pyarrow().ArrowInvalid as error:
        raise DataError(otherwise) from error


def _both(one: np.ndarray | None, other: np.ndarray | None) -> np.ndarray | None:
    if one is None or other is None:
        return one if other is None else other
    return np.asarray(one & other)


def _unless_all(present: np.ndarray) -> np.ndarray | None:
    return None if present.all() else present


def _pyarrow() -> Any:
    """`pyarrow`, or `None` where it is not installed."""
    if find_spec("pyarrow") is None:
        return None
    import pyarrow
    import pyarrow.compute

    return pyarrow
