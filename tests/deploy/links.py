"""Models of links for the tests of what ships them."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from gnn2mlp.deploy import LinkPredictor
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.students import LinkStudent

FEATURES, WIDTH = 6, 4
DECODERS: tuple[Any, ...] = ("dot", {"name": "hadamard", "hidden": 8})
X = np.random.default_rng(0).normal(size=(20, FEATURES)).astype(np.float32)


def make(
    decoder: Any = "dot", names: Sequence[str] | None = None, columns: TableEncoder | None = None
) -> LinkPredictor:
    """A model around a seeded, untrained network."""
    student = LinkStudent({"name": "mlp", "hidden": 8, "norm": "batch"}, decoder, width=WIDTH)
    features = FEATURES if columns is None else columns.num_features
    with torch.random.fork_rng():
        torch.manual_seed(0)
        module = student.network(features, 1)
    return LinkPredictor(student, module, features, {"from": "test"}, names, columns=columns)


def by_hand(rows: Any) -> LinkPredictor:
    """A model whose embeddings are the first features of a row, those that are positive, and which multiplies them."""
    made = make()
    with torch.no_grad():
        for layer in (made.module.embed.maps[0], made.module.embed.head):
            layer.weight.copy_(torch.eye(*layer.weight.shape))
            layer.bias.zero_()
    assert rows is None or np.allclose(made.embed(rows), np.maximum(np.asarray(rows)[:, :WIDTH], 0), rtol=1e-4)
    return made
