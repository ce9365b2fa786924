"""What every deployed student offers: answers by task, and no probabilities where there are none."""

from typing import Any

import numpy as np
import pytest

from gnn2mlp.deploy._base import BasePredictor, answers_of
from gnn2mlp.tasks.answers import Answers, ClassAnswers, LabelAnswers, ValueAnswers


class Echo(BasePredictor):
    """Its input is its outputs."""

    asked = ""

    def __init__(self, answers: Answers):
        self.answers = answers

    def digest(self) -> str:
        return "echo"

    def _outputs(self, X: Any, name: str) -> np.ndarray:
        self.asked = name
        return np.asarray(X, dtype=np.float32)


def test_classes_by_hand() -> None:
    echo, logits = Echo(ClassAnswers(["a", "b"])), [[0.0, np.log(3.0)], [2.0, 1.0]]
    np.testing.assert_allclose(echo.predict_proba(logits)[0], [0.25, 0.75], rtol=1e-6)
    assert echo.predict(logits).tolist() == ["b", "a"]
    assert echo.asked == "predict"
    np.testing.assert_allclose(echo.decision_function(logits), logits, rtol=1e-6)
    assert Echo(ClassAnswers(["a", "b"], threshold=0.8)).predict(logits).tolist() == ["a", "a"]


def test_several_labels_by_hand() -> None:
    echo, logits = Echo(LabelAnswers(["x", "y"], [0.5, 0.8])), [[0.0, np.log(3.0)]]
    np.testing.assert_allclose(echo.predict_proba(logits), [[0.5, 0.75]], rtol=1e-6)
    assert echo.predict(logits).tolist() == [[1, 0]]
    assert echo.classes_.tolist() == ["x", "y"]


def test_numbers_have_no_probabilities() -> None:
    echo = Echo(ValueAnswers([10], [2], flat=True))
    assert echo.predict([[1.0], [2.0]]).tolist() == [12, 14]
    for absent in ("predict_proba", "decision_function", "classes_"):
        assert not hasattr(echo, absent)
        with pytest.raises(AttributeError, match="answers numbers"):
            getattr(echo, absent)


def test_cards_of_before_tasks_hold_classes() -> None:
    assert answers_of({"classes": [1, 2], "classes_dtype": "<i2"}) == ClassAnswers(np.array([1, 2], np.int16))
    told = LabelAnswers(["x"]).facts()
    assert answers_of({"answers": told}) == LabelAnswers(["x"])
