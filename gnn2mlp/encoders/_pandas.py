"""Columns of pandas: nullable, categorical, zoned and Arrow-backed ones as well. Never imports pandas."""

from typing import Any

import numpy as np

from gnn2mlp.encoders._objects import days, known_texts, of_array, of_list
from gnn2mlp.encoders.values import Numbers, Other, Texts, Values, Where, as_texts

# So many rows are read sooner one by one than by what is made for many.
_FEW = 32


def of_series(series: Any, where: Where) -> Values:
    """Values of a pandas Series."""
    dtype = series.dtype
    name, letter = str(dtype), getattr(dtype, "kind", "O")
    if isinstance(dtype, np.dtype):
        return of_array(series.to_numpy(), where)
    if hasattr(dtype, "categories") and hasattr(series, "cat"):
        return _categories(series, where)
    if hasattr(dtype, "pyarrow_dtype"):
        from gnn2mlp.encoders._arrow import of_arrow

        return of_arrow(series.array.__arrow_array__(), where)
    if letter in "biuf":
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
        return Numbers("boolean" if letter == "b" else "number", name, numbers, where=where)
    if letter == "M":
        return Numbers("date", name, days(series.to_numpy(dtype="datetime64[us]")), where=where)
    if hasattr(dtype, "storage"):  # texts
        if len(series) <= _FEW:
            return of_list(series.tolist(), where, name)
        codes, known = series.factorize()
        return known_texts(codes, known.tolist(), where, name)
    return Other(None, name, len(series), where=where)


def _categories(series: Any, where: Where) -> Values:
    known = of_array(np.asarray(series.cat.categories), where)
    if not isinstance(known, Texts | Numbers) or known.kind == "date":
        return Other(None, "category", len(series), where=where)
    texts = as_texts(known)
    codes = series.cat.codes.to_numpy().astype(np.int64)
    names = [*texts.to_list(), None]  # -1 is the last one
    return known_texts(np.where(codes < 0, len(names) - 1, codes), names, where, "category").of_kind("category")
