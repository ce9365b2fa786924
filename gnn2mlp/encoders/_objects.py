"""Columns as Python lists and numpy arrays."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from numbers import Real
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.encoders.values import Lists, Nothing, Numbers, Other, Texts, Values, Vectors, Where

# What values of a Python type are; bool before int, as truth values are integers as well.
_KINDS: tuple[tuple[tuple[type, ...], str], ...] = (
    ((str,), "text"),
    ((bool, np.bool_), "boolean"),
    ((dt.timedelta, np.timedelta64), "duration"),
    ((Real, Decimal, np.number), "number"),
    ((dt.date, np.datetime64), "date"),
    ((list, tuple, np.ndarray, set, frozenset), "list"),
)
# Types that were met before; to ask an abstract class takes long.
_MET: dict[type, str] = {}
_GAPS = {"NoneType", "NAType", "NaTType"}
_MICROSECONDS_A_DAY = 86_400_000_000


def of_array(array: np.ndarray, where: Where) -> Values:
    """Values of a numpy array (rows,), or of vectors (rows, width)."""
    letter, dtype = array.dtype.kind, str(array.dtype)
    if array.ndim == 2 and letter in "biuf":
        with np.errstate(over="ignore"):  # what does not fit is infinite, and refused with its row
            vectors = array.astype(np.float32)
        return Vectors("vector", f"{dtype} ({array.shape[1]})", vectors, where=where)
    if array.ndim != 1:
        raise DataError(f"{where}: expected a value for each row, got an array of shape {array.shape}")
    if letter in "biuf":
        return Numbers("boolean" if letter == "b" else "number", dtype, array.astype(np.float64), where=where)
    if letter == "M":
        return Numbers("date", dtype, days(array), where=where)
    if letter == "m":  # durations, in seconds
        gaps = np.isnat(array)
        seconds = array.astype("timedelta64[us]").astype(np.float64) / 1e6
        return Numbers("number", dtype, np.where(gaps, np.nan, seconds), where=where)
    if letter in "OUT":
        return of_list(array.tolist(), where, "" if letter == "O" else "str")
    return Other(None, dtype, len(array), where=where)


def days(array: np.ndarray) -> np.ndarray:
    """Days since 1970 began, float64 (rows,), of numpy's dates; NaN for NaT."""
    moments = array.astype("datetime64[us]").astype(np.int64)
    return np.where(np.isnat(array), np.nan, moments / _MICROSECONDS_A_DAY)


def of_list(values: list[Any], where: Where, dtype: str = "") -> Values:
    """Values of Python objects.

    Args:
        values: one a row; `None`, NaN, pandas' `NA` and `NaT` are gaps.
        where: for messages.
        dtype: what their type is called; default: the names of their Python types.

    Raises:
        DataError: if numbers and texts, say, stand in one column.
    """
    types = frozenset(map(type, values))
    found = _kinds_of(types)
    # A float among texts is a gap if it is NaN, which is how pandas writes one.
    if len(found) > 1 and "number" in found and not any(_is_number(value) for value in values):
        found -= {"number"}
    if found == {"boolean", "number"}:
        found = frozenset({"number"})
    if len(found) > 1:
        raise _mixed(values, found, where)
    kind = next(iter(found), "nothing")
    return _READERS[kind](values, where, dtype or _called(types))


def _kind_of(kind: type) -> str:
    if kind not in _MET:
        _MET[kind] = next((name for types, name in _KINDS if issubclass(kind, types)), "other")
    return _MET[kind]


@lru_cache(256)
def _kinds_of(types: frozenset[type]) -> frozenset[str]:
    """What values of these types are; gaps are of no kind."""
    return frozenset(_kind_of(kind) for kind in types if kind.__name__ not in _GAPS)


@lru_cache(256)
def _called(types: frozenset[type]) -> str:
    """What the type of a column with values of these types is called."""
    names = sorted(kind.__name__ for kind in types if kind.__name__ not in _GAPS)
    return f"object ({', '.join(names) or 'no value'})"


def _is_gap(value: Any) -> bool:
    return type(value).__name__ in _GAPS or (isinstance(value, float) and value != value)


def _is_number(value: Any) -> bool:
    return _kind_of(type(value)) == "number" and value == value


def _mixed(values: Sequence[Any], found: frozenset[str], where: Where) -> DataError:
    """Names the first row of each kind but the first."""
    told = [(row, _kind_of(type(value))) for row, value in enumerate(values) if not _is_gap(value)]
    first = told[0][1]
    row, kind = next((row, kind) for row, kind in told if kind != first)
    return DataError(
        f"{where.row(row)}: expected one kind of values in a column, got {kind} ({values[row]!r}) where others are "
        f"{first}; write all of them as one"
    )


def _numbers(values: Sequence[Any], where: Where, dtype: str) -> Numbers:
    found = [np.nan if type(value).__name__ in _GAPS else float(value) for value in values]
    return Numbers("number", dtype, np.array(found, dtype=np.float64), where=where)


def _dates(values: Sequence[Any], where: Where, dtype: str) -> Numbers:
    moments = np.array([None if _is_gap(value) else _naive(value) for value in values], dtype="datetime64[us]")
    return Numbers("date", dtype, days(moments), where=where)


def _durations(values: Sequence[Any], where: Where, dtype: str) -> Values:
    found = np.array([None if _is_gap(value) else value for value in values], dtype="timedelta64[us]")
    return of_array(found, where)


def _naive(moment: Any) -> Any:
    """A moment in UTC without its zone; one without a zone is taken for UTC."""
    if getattr(moment, "tzinfo", None) is not None:
        return moment.astimezone(dt.UTC).replace(tzinfo=None)
    return moment


def of_texts(values: Iterable[Any], where: Where, dtype: str) -> Texts:
    """Texts (rows,), each kept once; an empty one is a gap, as it is in a file."""
    places: dict[Any, int] = {}
    codes = np.array([places.setdefault(value, len(places)) for value in values], dtype=np.int64)
    return known_texts(codes, list(places), where, dtype)


def known_texts(codes: np.ndarray, known: Sequence[Any], where: Where, dtype: str) -> Texts:
    """Texts of numbered ones, some of which may be gaps: the rest is numbered anew."""
    full = np.array([not (_is_gap(text) or text == "") for text in known], dtype=bool)
    if full.all():
        return Texts("text", dtype, codes.astype(np.int64), [str(text) for text in known], where=where)
    renumbered = np.append(np.where(full, np.cumsum(full) - 1, -1), -1)  # the last is what -1 stands for
    texts = [str(text) for text, keep in zip(known, full.tolist(), strict=True) if keep]
    return Texts("text", dtype, renumbered[codes], texts, where=where)


def _lists(values: Sequence[Any], where: Where, dtype: str) -> Values:
    missing = np.array([_is_gap(value) for value in values], dtype=bool)
    rows = [() if gap else _in_order(value) for value, gap in zip(values, missing.tolist(), strict=True)]
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    flat = of_list([item for row in rows for item in row], Where(f"{where.column}[]"))
    return of_items(flat, indptr, missing, where, dtype)


def _in_order(items: Any) -> Any:
    """Sets have no order of their own, and one that differed by run would number items differently."""
    return sorted(items, key=repr) if isinstance(items, set | frozenset) else items


def of_items(items: Values, indptr: np.ndarray, missing: np.ndarray, where: Where, dtype: str) -> Values:
    """Lists from all their items, one list after the other."""
    if isinstance(items, Nothing) and not isinstance(items, Other):
        items = Texts("text", items.dtype, np.full(len(items), -1), (), where=items.where)
    if not isinstance(items, Numbers | Texts) or items.kind == "date":
        return Other(None, dtype, len(missing), where=where)
    return Lists("list", dtype, indptr, items, missing, where=where)


def _nothing(values: Sequence[Any], where: Where, dtype: str) -> Values:
    return Nothing(None, dtype, len(values), where=where)


def _other(values: Sequence[Any], where: Where, dtype: str) -> Values:
    return Other(None, dtype, len(values), where=where)


def _truths(values: Sequence[Any], where: Where, dtype: str) -> Values:
    return _numbers(values, where, dtype).of_kind("boolean")


_READERS: dict[str, Callable[[list[Any], Where, str], Values]] = {
    "text": of_texts,
    "boolean": _truths,
    "number": _numbers,
    "date": _dates,
    "duration": _durations,
    "list": _lists,
    "nothing": _nothing,
    "other": _other,
}
