"""Any column as values, and values as those of another kind where that loses nothing."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.encoders._objects import of_array, of_list
from gnn2mlp.encoders.values import Kind, Lists, Numbers, Other, Texts, Values, Vectors, Where


def read(column: Any, where: Where | None = None) -> Values:
    """The values of a column: of numpy, pandas, polars, Arrow, or a sequence of Python objects; `Values` as they are.

    Raises:
        DataError: if it is none, holds values of several kinds, or a number that is infinite.

    Example:
        >>> read(["a", None, "a"]).to_list()
        ['a', None, 'a']
        >>> read([1, "a"])
        Traceback (most recent call last):
        gnn2mlp.core.errors.DataError: values, row 1: expected one kind of values in a column, got text ('a') where ...
    """
    if isinstance(column, Values):  # which were read, and checked, before
        return column
    values = _values(column, where or Where())
    numbers = values.numbers if isinstance(values, Numbers) else values.vectors if isinstance(values, Vectors) else None
    if numbers is not None and np.isinf(numbers).any():
        bad = np.isinf(numbers).reshape(len(values), -1).any(axis=1)
        raise values.errors(
            bad, lambda row: "expected a finite number, got an infinite one; mend it, or leave the value out"
        )
    return values


def _values(column: Any, where: Where) -> Values:
    if isinstance(column, np.ndarray):
        return of_array(column, where)
    if isinstance(column, list | tuple):
        return of_list(list(column), where)
    if hasattr(column, "to_physical"):
        from gnn2mlp.encoders import _polars

        return _polars.of_series(column, where)
    if hasattr(column, "iloc"):
        from gnn2mlp.encoders import _pandas

        return _pandas.of_series(column, where)
    if hasattr(column, "null_count") and hasattr(column, "type"):
        from gnn2mlp.encoders import _arrow

        return _arrow.of_arrow(column, where)
    if hasattr(column, "__array__"):  # of torch, for one
        return of_array(np.asarray(column), where)
    if isinstance(column, Sequence) and not isinstance(column, str | bytes):
        return of_list(list(column), where)
    raise DataError(f"{where}: expected a column, such as an array or a list, got {type(column).__name__}")


def conform(values: Values, kind: Kind) -> Values:
    """The same values as those of `kind`, which the column had in training.

    Whole numbers are numbers, numbers that are 0 or 1 are truth values and the other way round, texts and categories
    are one another, and lists of one length are vectors. A column without any value is of every kind.

    Raises:
        DataError: if it holds something else; the message names the first row that has a value.

    Example:
        >>> conform(read([0, 1]), "boolean").kind
        'boolean'
    """
    if values.kind == kind:
        return values
    # Of what type a library takes a column of gaps to be says nothing: NaN of a single row, or of a file's column.
    if not isinstance(values, Other) and values.gaps.all():
        return _without_value(values, kind)
    if isinstance(values, Numbers) and {values.kind, kind} == {"number", "boolean"}:
        return _truths(values) if kind == "boolean" else values.of_kind(kind)
    if isinstance(values, Texts) and kind in ("category", "text"):
        return values.of_kind(kind)
    if isinstance(values, Lists) and kind == "vector":
        return as_vectors(values)
    if isinstance(values, Vectors) and kind == "list":
        return as_lists(values)
    raise mismatch(values, kind)


def mismatch(values: Values, *kinds: str) -> DataError:
    """What to raise for a column of another type than in training."""
    full = (~values.gaps).nonzero()[0]
    place = values.where.row(full[0]) if full.size else str(values.where)
    return DataError(
        f"{place}: expected {' or '.join(kinds)}, as in training, got {values.kind or 'something else'} "
        f"({values.dtype}); give the column the type that it had"
    )


def accepted(values: Values, reads: Collection[Kind]) -> Values:
    """The values as one of these kinds.

    Raises:
        DataError: if they are none of them.
    """
    if values.kind in reads:
        return values
    if values.kind is not None or not isinstance(values, Other):
        for kind in sorted(reads):
            try:
                return conform(values, kind)
            except DataError:
                continue
    full = (~values.gaps).nonzero()[0]
    place = values.where.row(full[0]) if full.size else str(values.where)
    raise DataError(f"{place}: expected {' or '.join(sorted(reads))}, got {values.kind or 'another'} ({values.dtype})")


def _truths(values: Numbers) -> Numbers:
    bad = ~(np.isin(values.numbers, (0, 1)) | values.gaps)
    if bad.any():
        raise values.errors(
            bad, lambda row: f"expected true or false, or 1 or 0, as in training, got {values.numbers[row]:g}"
        )
    return values.of_kind("boolean")


def _without_value(values: Values, kind: Kind) -> Values:
    rows, dtype, where = len(values), values.dtype, values.where
    if kind in ("number", "boolean", "date"):
        return Numbers(kind, dtype, np.full(rows, np.nan), where=where)
    texts = Texts("text", dtype, np.full(rows, -1), (), where=where)
    if kind in ("category", "text"):
        return texts.of_kind(kind)
    if kind == "vector":
        return Vectors("vector", dtype, np.empty((rows, 0), dtype=np.float32), where=where)
    empty = Texts("text", dtype, np.empty(0, dtype=np.int64), (), where=where)
    return Lists("list", dtype, np.zeros(rows + 1, dtype=np.int64), empty, np.ones(rows, dtype=bool), where=where)


def as_vectors(values: Lists) -> Vectors:
    """Lists of as many numbers each as vectors; the width is that of the first list.

    Raises:
        DataError: if they are of different lengths, or hold no numbers.
    """
    lengths, full = np.diff(values.indptr), ~values.missing
    width = int(lengths[full][0]) if full.any() else 0
    wrong = full & (lengths != width)
    if wrong.any():
        row = int(wrong.argmax())
        raise values.error(row, f"expected a list of {width} numbers, as in the rows before, got {lengths[row]}")
    vectors = np.full((len(values), width), np.nan, dtype=np.float32)
    if width:
        if not isinstance(values.items, Numbers):
            raise mismatch(values, "lists of numbers")
        vectors[full] = values.items.numbers.reshape(-1, width)
    if np.isinf(vectors).any():
        raise values.errors(
            np.logical_or.reduce(np.isinf(vectors), axis=1),
            lambda row: "expected finite numbers, got an infinite one; mend it, or leave the value out",
        )
    return Vectors("vector", values.dtype, vectors, where=values.where)


def as_lists(values: Vectors) -> Lists:
    """Vectors as lists of numbers."""
    missing, width = values.gaps, values.vectors.shape[1]
    indptr = np.concatenate([[0], np.cumsum(np.where(missing, 0, width))]).astype(np.int64)
    items = Numbers("number", values.dtype, values.vectors[~missing].ravel().astype(np.float64))
    return Lists("list", values.dtype, indptr, items, missing, where=values.where)
