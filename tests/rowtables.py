"""Tiny tables of knowledge and features in files, as `gnn2mlp distill` takes them."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch

from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.tables.join import join_tables
from gnn2mlp.tables.table import RowTable
from tests.tiny import random_knowledge

FEATURES, CLASSES = 4, 3


def ids_of(rows: int, seed: int = 0) -> np.ndarray:
    """Unique ids with gaps, in no order."""
    return np.random.default_rng(seed).permutation(rows) * 3 + 5


def knowledge_of(ids: np.ndarray) -> TeacherKnowledge:
    """What a teacher says of these nodes: a function of their features, so that a student can learn it."""
    logits = torch.from_numpy(4 * features_of(ids)[:, :CLASSES])
    drawn = random_knowledge(torch.from_numpy(ids), CLASSES)
    return TeacherKnowledge(drawn.node_ids, {**drawn.values, "logits": logits}, {"teacher": {"name": "random"}})


def features_of(ids: np.ndarray) -> np.ndarray:
    """Features float32 (rows, 4) that follow from the id alone."""
    return np.sin(np.asarray(ids)[:, None] * np.arange(1, FEATURES + 1) + 0.5).astype(np.float32)


def labels_of(ids: np.ndarray) -> list[int | None]:
    """The teacher's class for every second node, else none."""
    return [
        int(best) if node % 2 else None for node, best in zip(ids, features_of(ids)[:, :CLASSES].argmax(1), strict=True)
    ]


def write_features(path: Path, ids: np.ndarray, **columns: Any) -> Path:
    """A table with features `f0` ... `f3`, labels, and `columns`, which win; a column of `None` is left out."""
    x = features_of(ids)
    table = {"node_id": ids, **{f"f{i}": x[:, i] for i in range(FEATURES)}, "label": labels_of(ids), **columns}
    pq.write_table(pa.table({name: value for name, value in table.items() if value is not None}), path)
    return path


def write_both(folder: Path, rows: int = 200, **columns: Any) -> tuple[Path, Path]:
    """Knowledge and features of the same nodes, in another order."""
    folder.mkdir(parents=True, exist_ok=True)
    knowledge = folder / "knowledge.safetensors"
    knowledge_of(ids_of(rows)).save(knowledge)
    return knowledge, write_features(folder / "features.parquet", ids_of(rows, seed=1), **columns)


def tiny_table(folder: Path, rows: int = 200, **options: Any) -> RowTable:
    """Both, joined."""
    return join_tables(*write_both(folder, rows), folder / "table", **options)
