"""What every deployed student offers, whatever computes its outputs. Imports no torch."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.tasks.answers import Answers, ClassAnswers, answers_from

Answer = Callable[[Any], np.ndarray]


class BasePredictor(ABC):
    """Arrays in, answers out. Subclasses supply `_outputs`.

    Attributes:
        answers: how outputs become answers: classes, several labels, or numbers.
        num_features: width of a feature row.
        feature_names: column names of training, or `None`; data frames are checked against them.
    """

    answers: Answers
    num_features: int
    feature_names: tuple[str, ...] | None

    @abstractmethod
    def _outputs(self, X: Any, name: str) -> np.ndarray:
        """Outputs (rows, outputs) of checked input; `name` is the method that was called, for messages."""

    @property
    def classes_(self) -> np.ndarray:
        """What the columns of `predict_proba` stand for: classes, or names of labels. Absent of numbers."""
        if self.answers.classes is None:
            raise AttributeError(f"{type(self).__name__} answers numbers, and has no classes")
        return self.answers.classes

    @property
    def predict_proba(self) -> Answer:
        """Probabilities, float (rows, outputs), in the order of `classes_`; `X` as in `predict`.

        Of one class each they add up to 1; of several labels each stands for itself. Absent where numbers are answered.
        """
        _ = self.classes_
        return lambda X: self.answers.probabilities(self._outputs(X, "predict_proba"))

    @property
    def decision_function(self) -> Answer:
        """Logits, float (rows, outputs). `X` as in `predict`. Absent where numbers are answered."""
        _ = self.classes_
        return lambda X: self._outputs(X, "decision_function")

    def predict(self, X: Any) -> np.ndarray:
        """Answers, of the type of the labels in training: (rows,), or (rows, outputs) of several labels or targets.

        Args:
            X: (rows, features): numpy, scipy sparse, pandas, polars, Arrow, columns by name, or torch; zero rows are
                allowed. A table with column names must have those of training, in any order, if training had names.

        Raises:
            DataError: for the wrong number of features or other columns, or NaN or infinite values.
        """
        return self.answers.predict(self._outputs(X, "predict"))

    def _check_width(self, shape: tuple[int, ...], name: str) -> None:
        if shape[1] != self.num_features:
            raise DataError(
                f"{name}: expected {self.num_features} features per row, as in training, got {shape[1]} "
                f"(input of shape {tuple(shape)})"
            )


def answers_of(card: Mapping[str, Any]) -> Answers:
    """The answers that a card describes; older ones know classes alone."""
    if "answers" in card:
        return answers_from(card["answers"])
    return ClassAnswers(np.asarray(card["classes"], dtype=np.dtype(card["classes_dtype"])))
