"""Small students that read texts."""

from typing import Any

import torch

from gnn2mlp.deploy import Predictor
from gnn2mlp.inputs.text import TextInputs
from gnn2mlp.students.mlp import MLPStudent

TEXTS = ["a secret of red wine", "a secret of an old car", "a secret of both"]
WIDTH, FEATURES = 32, 2


def of_texts(features: bool = False, classes: Any = ("wine", "car")) -> Predictor:
    """A seeded, untrained student of hashed words, perhaps with two numbers beside them."""
    inputs = TextInputs({"name": "hashed", "width": WIDTH}, features=features)
    width, student = WIDTH + FEATURES * features, MLPStudent(hidden=8)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = student.build(width, len(classes))
    return Predictor(student, module, width, list(classes), inputs=inputs)
