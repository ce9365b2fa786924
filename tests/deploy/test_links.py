from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from gnn2mlp.deploy import _links
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy._links import BaseLinkPredictor
from gnn2mlp.tasks.answers import EmbeddingAnswers

X = np.arange(12, dtype=np.float32).reshape(6, 2) / 10


class Itself(BasePredictor):
    """Embeds a row as it is."""

    answers, num_features, feature_names = EmbeddingAnswers(2), 2, None

    def digest(self) -> str:
        return "itself"

    def _outputs(self, X: Any, name: str) -> np.ndarray:
        return np.asarray(X, np.float32)


class Products(BaseLinkPredictor):
    """Scores by the inner product, in numpy."""

    embedder = Itself()

    def digest(self) -> str:
        return "products"

    def logits(self, Zu: np.ndarray, Zv: np.ndarray) -> np.ndarray:
        return (Zu * Zv).sum(1)

    def against(self, z: np.ndarray) -> Callable[[Any], np.ndarray]:
        return lambda block: block @ z


def test_two_functions_are_enough_for_all_else() -> None:
    made = Products()
    assert made.width == made.num_features == 2
    assert made.columns is None
    assert repr(made) == "Products(features=2, width=2)"
    logits = made.score_pairs(X, [(1, 2), (5, 0)], logits=True)
    np.testing.assert_allclose(logits, [0.2 * 0.4 + 0.3 * 0.5, 1.1 * 0.1], rtol=1e-6)
    np.testing.assert_allclose(made.score_pairs(X, [(1, 2)]), 1 / (1 + np.exp(-logits[:1])))
    found = made.top(X, 0, 2)
    assert found.ids.tolist() == [5, 4]
    np.testing.assert_allclose(found.scores, made.score(X[0], X[[5, 4]]))


@pytest.mark.parametrize("size", [1, 3])
def test_pairs_are_scored_some_at_a_time(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    made, pairs = Products(), [(row, 5 - row) for row in range(6)]
    whole = made.score_pairs(X, pairs)
    monkeypatch.setattr(_links, "PAIRS", size)
    assert made.score_pairs(X, pairs).tolist() == whole.tolist()
    assert made.score(X, X[::-1]).tolist() == whole.tolist()
