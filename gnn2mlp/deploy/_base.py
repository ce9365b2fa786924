"""What every deployed student offers, whatever computes its logits. Imports no torch."""

from abc import ABC, abstractmethod
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError


class Classifier(ABC):
    """Arrays in, labels and probabilities out. Subclasses supply `_logits`.

    Attributes:
        classes_: label of each class, in the order of the logits.
        num_features: width of a feature row.
        feature_names: column names of training, or `None`; data frames are checked against them.
    """

    classes_: np.ndarray
    num_features: int
    feature_names: tuple[str, ...] | None

    @abstractmethod
    def _logits(self, X: Any, name: str) -> np.ndarray:
        """Logits (rows, classes) of checked input; `name` is the method that was called, for messages."""

    def decision_function(self, X: Any) -> np.ndarray:
        """Logits, float (rows, classes). `X` as in `predict`."""
        return self._logits(X, "decision_function")

    def predict_proba(self, X: Any) -> np.ndarray:
        """Class probabilities, float (rows, classes), in the order of `classes_`. `X` as in `predict`."""
        return softmax(self._logits(X, "predict_proba"))

    def predict(self, X: Any) -> np.ndarray:
        """Labels (rows,), of the type of the labels in training.

        Args:
            X: (rows, features): numpy, scipy sparse, pandas, polars, Arrow, columns by name, or torch; zero rows are
                allowed. A table with column names must have those of training, in any order, if training had names.

        Raises:
            DataError: for the wrong number of features or other columns, or NaN or infinite values.
        """
        return self.classes_[self._logits(X, "predict").argmax(-1)]  # type: ignore[no-any-return]

    def _check_width(self, shape: tuple[int, ...], name: str) -> None:
        if shape[1] != self.num_features:
            raise DataError(
                f"{name}: expected {self.num_features} features per row, as in training, got {shape[1]} "
                f"(input of shape {tuple(shape)})"
            )


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities (rows, classes) of logits."""
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)  # type: ignore[no-any-return]
