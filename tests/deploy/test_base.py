from typing import Any

import numpy as np

from gnn2mlp.deploy._base import Classifier, softmax


class Echo(Classifier):
    """Its input is its logits."""

    classes_ = np.array(["a", "b"])
    asked = ""

    def _logits(self, X: Any, name: str) -> np.ndarray:
        self.asked = name
        return np.asarray(X, dtype=np.float32)


def test_answers_by_hand() -> None:
    echo, logits = Echo(), [[0.0, np.log(3.0)], [2.0, 1.0]]
    np.testing.assert_allclose(echo.predict_proba(logits)[0], [0.25, 0.75], rtol=1e-6)
    assert echo.predict(logits).tolist() == ["b", "a"]
    assert echo.asked == "predict"
    np.testing.assert_allclose(echo.decision_function(logits), logits, rtol=1e-6)


def test_large_logits_do_not_overflow() -> None:
    assert softmax(np.array([[1e4, 0.0], [-1e4, -1e4]], dtype=np.float32)).tolist() == [[1, 0], [0.5, 0.5]]
    assert softmax(np.empty((0, 3))).shape == (0, 3)
