"""A tiny graph with few labels, and settings that train on it within a second."""

from typing import NamedTuple

import numpy as np
import pytest

from gnn2mlp import NodeClassifier
from gnn2mlp.core.spec import Spec
from tests.helpers import tiny_arrays

NODES = 90


class Tiny(NamedTuple):
    """Features (90, 12), true labels (90,) of 3 classes, labels of which 30 are known, edges (2, edges)."""

    X: np.ndarray
    truth: np.ndarray
    y: np.ndarray
    edges: np.ndarray


@pytest.fixture(scope="session")
def tiny() -> Tiny:
    """A planted partition; the first 30 nodes are labelled, 10 of each class."""
    x, truth, edges = tiny_arrays(nodes=NODES)
    return Tiny(x, truth, np.where(np.arange(NODES) < 30, truth, -1), edges)


def quick(**options: object) -> NodeClassifier:
    """A classifier that trains for a few epochs; `options` win."""
    settings = {
        "teacher": Spec("sage", epochs=10, hidden=16),
        "student": Spec("mlp", hidden=16),
        "distill": {"epochs": 30},
        "device": "cpu",
    }
    return NodeClassifier(**{**settings, **options})


@pytest.fixture(scope="session")
def fitted(tiny: Tiny) -> NodeClassifier:
    """Fitted once; not to be changed."""
    return quick().fit(tiny.X, tiny.y, edge_index=tiny.edges)
