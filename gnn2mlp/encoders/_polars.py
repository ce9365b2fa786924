"""Columns of polars. It is imported where a column of it is at hand, and pyarrow never."""

from typing import Any

import numpy as np

from gnn2mlp.encoders._objects import days, known_texts, of_items, of_list
from gnn2mlp.encoders.values import Nothing, Numbers, Other, Values, Vectors, Where


def of_series(series: Any, where: Where) -> Values:
    """Values of a polars Series."""
    import polars

    kind, name = series.dtype, str(series.dtype)
    if kind == polars.Null:
        return Nothing(None, name, len(series), where=where)
    if kind == polars.Boolean or kind.is_numeric():
        numbers = _floats(series)
        return Numbers("boolean" if kind == polars.Boolean else "number", name, numbers, where=where)
    if kind in (polars.Date, polars.Datetime):
        moments = series.cast(polars.Datetime("us")).to_physical()
        gaps = moments.is_null().to_numpy()
        array = moments.fill_null(0).to_numpy().astype("datetime64[us]")
        return Numbers("date", name, np.where(gaps, np.nan, days(array)), where=where)
    if kind == polars.Duration:
        return Numbers("number", name, _floats(series.dt.total_microseconds()) / 1e6, where=where)
    if kind == polars.String:
        return of_list(series.to_list(), where, name)
    if kind in (polars.Categorical, polars.Enum):
        return _categories(series, where, name)
    if isinstance(kind, polars.Array) and kind.inner.is_numeric():
        return Vectors("vector", name, _vectors(series), where=where)
    if isinstance(kind, polars.List | polars.Array):
        return _lists(series, where, name)
    return Other(None, name, len(series), where=where)


def _floats(series: Any) -> np.ndarray:
    import polars

    numbers = series.cast(polars.Float64).fill_null(float("nan")).to_numpy()
    return np.asarray(numbers, dtype=np.float64)


def _categories(series: Any, where: Where, name: str) -> Values:
    import polars

    # Numbers of categories are the library's own, and may have holes.
    known = series.drop_nulls().unique()
    numbers, texts = known.to_physical().to_list(), known.cast(polars.String).to_list()
    numbered = dict(zip(numbers, texts, strict=True))
    order = np.array(sorted(numbered), dtype=np.int64)
    codes = series.to_physical().cast(polars.Int64).fill_null(-1).to_numpy()
    places = np.where(codes < 0, len(order), np.searchsorted(order, codes))
    return known_texts(places, [*(numbered[one] for one in order.tolist()), None], where, name).of_kind("category")


def _vectors(series: Any) -> np.ndarray:
    width = series.dtype.shape[0]
    filled = np.full((len(series), width), np.nan, dtype=np.float32)
    full = series.is_not_null().to_numpy()
    if full.any():
        filled[full] = np.asarray(series.drop_nulls().explode().to_numpy(), dtype=np.float32).reshape(-1, width)
    return filled


def _lists(series: Any, where: Where, name: str) -> Values:
    import polars

    series = series.cast(polars.List(series.dtype.inner))
    missing = series.is_null().to_numpy()
    lengths = series.list.len().fill_null(0).to_numpy().astype(np.int64)
    full = series.filter(series.list.len().fill_null(0) > 0)  # exploding an empty list leaves a gap
    items = of_series(full.explode(), Where(f"{where.column}[]"))
    return of_items(items, np.concatenate([[0], np.cumsum(lengths)]), missing, where, name)
