"""Columns of Arrow. pyarrow is imported where a column of it is at hand."""

from typing import Any

import numpy as np

from gnn2mlp.encoders._objects import days, known_texts, of_items
from gnn2mlp.encoders.values import Nothing, Numbers, Other, Texts, Values, Vectors, Where, as_texts


def of_arrow(column: Any, where: Where) -> Values:
    """Values of an array or a chunked array of pyarrow."""
    import pyarrow
    from pyarrow import compute, types

    array = column.combine_chunks() if hasattr(column, "combine_chunks") else column
    if isinstance(array, pyarrow.ChunkedArray):  # as it stays where it has no chunk
        array = pyarrow.concat_arrays(array.chunks) if array.num_chunks else pyarrow.array([], array.type)
    kind, name = array.type, str(array.type)
    if isinstance(array, pyarrow.ExtensionArray):
        return of_arrow(array.storage, where)
    if types.is_null(kind):
        return Nothing(None, name, len(array), where=where)
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        numbers = _floats(array.cast(pyarrow.float64(), safe=False) if not types.is_boolean(kind) else array)
        return Numbers("boolean" if types.is_boolean(kind) else "number", name, numbers, where=where)
    if types.is_date(kind) or types.is_timestamp(kind):
        moments = array.cast(pyarrow.timestamp("us"), safe=False)
        stored = compute.fill_null(moments.cast(pyarrow.int64()), 0).to_numpy(zero_copy_only=False)
        return Numbers("date", name, np.where(_nulls(array), np.nan, days(stored.view("datetime64[us]"))), where=where)
    if types.is_duration(kind):
        ticks = array.cast(pyarrow.duration("us"), safe=False).cast(pyarrow.int64())
        return Numbers("number", name, _floats(ticks.cast(pyarrow.float64(), safe=False)) / 1e6, where=where)
    if types.is_dictionary(kind):
        return _categories(array, where, name)
    if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        encoded = array.dictionary_encode()
        return _numbered(encoded.indices, encoded.dictionary.to_pylist(), where, name)
    if types.is_fixed_size_list(kind) and _is_number(kind.value_type):
        return Vectors("vector", name, _vectors(array), where=where)
    if types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind):
        return _lists(array, where, name)
    return Other(None, name, len(array), where=where)


def _is_number(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(kind) or types.is_floating(kind))


def _nulls(array: Any) -> np.ndarray:
    return np.asarray(array.is_null().to_numpy(zero_copy_only=False), dtype=bool)


def _floats(array: Any) -> np.ndarray:
    """Numbers and truth values float64, NaN for null."""
    from pyarrow import compute

    filled = compute.fill_null(array, array.type.to_pandas_dtype()(0)) if array.null_count else array
    numbers = filled.to_numpy(zero_copy_only=False).astype(np.float64)
    return np.where(_nulls(array), np.nan, numbers) if array.null_count else numbers


def _categories(array: Any, where: Where, name: str) -> Values:
    known = of_arrow(array.dictionary, where)
    if not isinstance(known, Texts | Numbers) or known.kind == "date":
        return Other(None, name, len(array), where=where)
    return _numbered(array.indices, as_texts(known).to_list(), where, name).of_kind("category")


def _numbered(indices: Any, known: list[str | None], where: Where, name: str) -> Texts:
    from pyarrow import compute

    codes = compute.fill_null(indices.cast("int64"), len(known)).to_numpy(zero_copy_only=False)
    return known_texts(codes, [*known, None], where, name)  # the last one stands for null


def _vectors(array: Any) -> np.ndarray:
    width, full, inner = array.type.list_size, ~_nulls(array), array.flatten()
    numbers = _singles(inner).reshape(-1, width)
    if full.all():
        return numbers
    filled = np.full((len(array), width), np.nan, dtype=np.float32)
    filled[full] = numbers
    return filled


def _singles(array: Any) -> np.ndarray:
    """Numbers float32, NaN for null, without a copy in double precision: embeddings are large."""
    from pyarrow import compute

    found = array.cast("float32", safe=False)
    numbers: np.ndarray = compute.fill_null(found, float("nan")).to_numpy(zero_copy_only=False)
    return numbers


def _lists(array: Any, where: Where, name: str) -> Values:
    from pyarrow import compute

    missing = _nulls(array)
    lengths = compute.fill_null(compute.list_value_length(array), 0).to_numpy(zero_copy_only=False).astype(np.int64)
    items = of_arrow(array.flatten(), Where(f"{where.column}[]"))
    return of_items(items, np.concatenate([[0], np.cumsum(lengths)]), missing, where, name)
