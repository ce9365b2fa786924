"""A small model of links, and tables of nodes and pairs for it."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from gnn2mlp.deploy import LinkPredictor
from gnn2mlp.students import LinkStudent

NAMES = ["likes", "age"]


class Counting(LinkPredictor):
    """A model that counts how many rows it embedded."""

    embedded = 0

    def embed(self, X: Any) -> np.ndarray:
        found = super().embed(X)
        self.embedded += len(found)
        return found


def linked_model(names: list[str] | None = NAMES) -> Counting:
    """A model of two features with random weights, the same each time."""
    torch.manual_seed(0)
    student = LinkStudent({"name": "mlp", "hidden": 8, "layers": 2}, decoder="dot", width=4)
    return Counting(student, student.network(2, 1), 2, feature_names=names)


def nodes_of(count: int, path: Path, row_group_size: int = 4, bad: int | None = None) -> np.ndarray:
    """A Parquet table of nodes p0, p1, ...; their features."""
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


def expected_scores(rows: np.ndarray) -> np.ndarray:
    """The score (nodes, nodes) of every pair of rows."""
    Z = linked_model().embed(rows)
    return np.stack([linked_model().score(z, Z) for z in Z])
