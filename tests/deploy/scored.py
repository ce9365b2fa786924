"""Small students that score tables."""

from typing import Any

import numpy as np
import torch

from gnn2mlp.deploy import Calibration, Predictor
from gnn2mlp.encoders.table import TableEncoder
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks.answers import Answers

NAMES = ["likes", "age", "old"]


def student_of(
    answers: Answers | list[Any], names: list[str] | None = NAMES, calibration: Calibration | None = None
) -> Predictor:
    """A student of three features with random weights."""
    torch.manual_seed(0)
    recipe = MLPStudent(hidden=8)
    outputs = answers.num_outputs if isinstance(answers, Answers) else len(answers)
    return Predictor(recipe, recipe.build(3, outputs), 3, answers, feature_names=names, calibration=calibration)


def student_of_columns(
    table: dict[str, Any] | None = None, stated: dict[str, str] | None = None
) -> tuple[Predictor, dict[str, Any]]:
    """A student that reads columns, a number and a category, and the table that its encoders were fitted to."""
    table = table or {"likes": [1.0, 5.0, 9.0, 3.0], "kind": ["shop", "bar", "shop", "bar"]}
    columns = TableEncoder(stated).fit(table)
    torch.manual_seed(0)
    recipe = MLPStudent(hidden=8)
    module = recipe.build(columns.num_features, 2)
    return Predictor(recipe, module, columns.num_features, ["cat", "dog"], columns=columns), table


def numbers_of(rows: int, seed: int = 0) -> dict[str, Any]:
    """Columns that `student_of` reads, in another order, and ids."""
    random = np.random.default_rng(seed)
    return {
        "id": [f"node-{row}" for row in range(rows)],
        "age": random.normal(size=rows),
        "old": random.random(rows) < 0.5,
        "likes": random.integers(0, 9, rows),
    }
