"""Small tables as a company has them, seeded, for tests."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from tests.helpers import tiny_arrays

CLASSES = np.array(["blue", "green", "red"])


class Company(NamedTuple):
    """Columns of nodes and of edges, by name."""

    nodes: dict[str, Any]
    edges: dict[str, Any]

    def write(self, folder: Path, nodes: str = "nodes.csv", edges: str = "edges.csv") -> dict[str, Any]:
        """Write both; the settings of a fit that name them."""
        folder.mkdir(parents=True, exist_ok=True)
        for columns, name in ((self.nodes, nodes), (self.edges, edges)):
            table, path = pa.table(columns), folder / name
            pa.csv.write_csv(table, path) if name.endswith(".csv") else pa.parquet.write_table(table, path)
        return {"nodes": folder / nodes, "edges": folder / edges, "id": "page", "label": "kind", "device": "cpu"}


def company(rows: int = 240, labelled: float = 0.8, seed: int = 0) -> Company:
    """Rows of three classes, with columns of all types and gaps in them, and edges some of which dangle."""
    x, y, edges = tiny_arrays(seed, rows, features=9)
    random = np.random.default_rng(seed)
    ids = np.array([f"p{number:04d}" for number in random.permutation(10 * rows)[:rows]], dtype=object)
    words = np.array([f"w{number}" for number in range(9)], dtype=object)
    gap = random.random((5, rows)) < 0.05
    price = np.where(gap[0], np.nan, np.round(random.lognormal(size=rows) + y, 2))
    nodes = {
        "page": ids,
        "text": [" ".join(words[row > 0]) for row in x],
        "price": pa.array(price, from_pandas=True),
        "country": np.where(gap[1], None, random.choice(np.array(["DE", "FR", "NA"], dtype=object), rows)),
        "verified": pa.array(random.random(rows) < 0.3 + 0.2 * (y == 1), mask=gap[2]),
        "joined": pa.array(np.datetime64("2020-01-01") + np.arange(rows), mask=gap[3]),
        "kind": np.where(random.random(rows) < labelled, CLASSES[y], None),
    }
    dangling = np.array([[0], [0]])
    source, target = np.concatenate([edges, edges[::-1, :5], dangling], axis=1)
    ends = {"source": ids[source], "target": np.where(np.arange(len(target)) == len(target) - 1, "gone", ids[target])}
    return Company(nodes, ends)
