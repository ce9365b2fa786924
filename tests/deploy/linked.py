"""A link model that is an inner product, and tables of nodes and pairs for it."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gnn2mlp.core.errors import RowsError

NAMES = ("likes", "age")


class InnerProduct:
    """Two features are the embedding; a pair's score is the inner product."""

    num_features, width = 2, 2
    feature_names: tuple[str, ...] | None = NAMES
    columns = None

    def __init__(self) -> None:
        self.embedded = 0

    def digest(self) -> str:
        return "inner product"

    def embed(self, X: Any) -> np.ndarray:
        values = np.asarray(X, np.float32)
        if bad := np.flatnonzero(~np.isfinite(values).all(axis=1)).tolist():
            raise RowsError(f"a feature is missing in row {bad[0]}", bad)
        self.embedded += len(values)
        return values

    def score(self, Zu: np.ndarray, Zv: np.ndarray) -> np.ndarray:
        return (Zu * Zv).sum(axis=1)


def nodes_of(count: int, path: Path, row_group_size: int = 4, bad: int | None = None) -> np.ndarray:
    """A Parquet table of nodes p0, p1, ...; their embeddings."""
    values = np.random.default_rng(0).normal(size=(count, 2)).astype(np.float32)
    if bad is not None:
        values[bad, 0] = np.nan
    table = pa.table({"page": [f"p{row}" for row in range(count)], "age": values[:, 1], "likes": values[:, 0]})
    pq.write_table(table, path, row_group_size=row_group_size)
    return values


def pairs_of(pairs: list[tuple[str, str]], path: Path, row_group_size: int = 3) -> None:
    """A Parquet table of pairs, with a note on each."""
    table = pa.table(
        {
            "note": pa.array([f"{one}-{other}" for one, other in pairs], pa.string()),
            "from": pa.array([one for one, _ in pairs], pa.string()),
            "to": pa.array([other for _, other in pairs], pa.string()),
        }
    )
    pq.write_table(table, path, row_group_size=row_group_size)
