"""A small folder of tables of graphs, and a model that reads it by the names of its columns."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import torch

from gnn2mlp.deploy import GraphPredictor, NodeFields
from gnn2mlp.students import SetMLP
from gnn2mlp.tasks.answers import ClassAnswers

CATEGORIES = {"element": ("C", "N", "O"), "charge": (-1, 0, 1, "missing"), "ring": (False, True)}
FIELDS = NodeFields((3, 4, 2), 1, ("element", "charge", "ring"), CATEGORIES, ("mass",))
NODES: dict[str, Any] = {
    "graph": ["m2", "m1", "m2", "m1", "m3", "m2"],
    "ring": [True, False, True, False, False, True],
    "mass": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    "element": ["C", "O", "N", "C", "Fe", "O"],
    "charge": [0, None, 1, -1, 7, 0],
    "note": [None] * 6,
}
GRAPHS: dict[str, Any] = {"graph": ["m3", "m1", "m2"], "source": ["a", "b", "c"]}
# What the model reads of them, graph by graph, as arrays.
ARRAYS = [
    ([[-1, -1, 0]], [[5.0]]),
    ([[2, 3, 0], [0, 0, 0]], [[2.0], [4.0]]),
    ([[0, 1, 1], [1, 2, 1], [2, 1, 1]], [[1.0], [3.0], [6.0]]),
]


def model() -> GraphPredictor:
    """A model of these columns, untrained."""
    torch.manual_seed(1)
    student = SetMLP(hidden=8)
    return GraphPredictor(student, student.network(FIELDS.width, 2), FIELDS, ClassAnswers(["no", "yes"]), {})


def write(folder: Path, nodes: Any = None, graphs: Any = None) -> Path:
    """Write the tables, nodes some at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(NODES if nodes is None else nodes), folder / "nodes.parquet", row_group_size=4)
    pq.write_table(pa.table(GRAPHS if graphs is None else graphs), folder / "graphs.parquet", row_group_size=2)
    return folder
