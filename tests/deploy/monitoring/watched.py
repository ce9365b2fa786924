"""A table of every kind of column, drawn anew by seed, and a model that was trained on one."""

from typing import Any

import numpy as np
import pyarrow as pa
import torch

from gnn2mlp.deploy import BatchScorer, Predictor
from gnn2mlp.deploy.monitoring import Profile, profile_of
from gnn2mlp.deploy.monitoring.comparing import answered_of
from gnn2mlp.encoders.table import TableEncoder
from gnn2mlp.students.mlp import MLPStudent

WORDS = np.array([f"word{number}" for number in range(60)])
CITIES = np.array(["Bonn", "Lyon", "Oslo", "Rome"])


def table_of(rows: int, seed: int) -> pa.Table:
    """Independent rows: numbers with ties and a long tail, gaps, categories, texts, lists, dates, vectors."""
    random = np.random.default_rng(seed)
    likes = np.where(random.random(rows) < 0.3, 0.0, np.round(random.lognormal(2, 1, rows)))
    city = np.where(random.random(rows) < 0.05, None, random.choice(CITIES, rows, p=[0.5, 0.3, 0.15, 0.05]))
    text = [" ".join(random.choice(WORDS[: 20 + 40 * (row % 2)], 5)) for row in range(rows)]
    vectors = random.normal([3.0, 0.0, 0.0, 1.0], size=(rows, 4)).astype(np.float32)
    return pa.table(
        {
            "likes": pa.array(likes, mask=random.random(rows) < 0.1),
            "city": pa.array(city.tolist(), pa.string()),
            "open": random.random(rows) < 0.4,
            "text": text,
            "tags": [["a", "b", "c"][: 1 + row] for row in random.integers(3, size=rows).tolist()],
            "since": pa.array(np.datetime64("2024-01-01") + random.integers(0, 300, rows)),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), 4),
        }
    )


def watched_model(rows: int = 3000) -> tuple[Predictor, Profile]:
    """A model with weights at random, which answers all the same, and its profile."""
    table = table_of(rows, 0)
    columns = TableEncoder({"vector": "vector", "tags": "bag"}).fit(table)
    torch.manual_seed(0)
    recipe = MLPStudent(hidden=8)
    module = recipe.build(columns.num_features, 3)
    predictor = Predictor(recipe, module, columns.num_features, ["cat", "dog", "owl"], columns=columns)
    held = table_of(600, 1)
    return predictor, profile_of(predictor, table, ["id"], _answered(predictor, held), "rows that were held back")


def _answered(predictor: Predictor, table: Any) -> Any:
    truth = np.array(["cat"] * 300 + [None] * (table.num_rows - 300), dtype=object)
    return answered_of(BatchScorer(predictor)(table), predictor, truth)
