"""One number that makes a classifier's probabilities honest: temperature scaling, fitted by scikit-learn.

p = softmax(z / T), with T > 0 that minimises the log loss on rows that trained nothing (Guo et al., On Calibration of
Modern Neural Networks, ICML 2017, https://arxiv.org/abs/1706.04599). T > 1 makes a network less sure, T < 1 surer, and
no answer changes.
"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from gnn2mlp.core.errors import DataError, DataWarning
from gnn2mlp.evaluate.known import known_rows
from gnn2mlp.tasks.answers import softmax

# Fewer labelled rows say so little that probabilities are left as they are.
FEWEST = 10
# No temperature is outside: logits that are all but equal, or of one class alone, would have one without end.
LOWEST, HIGHEST = 0.01, 100.0
# A difference of logits that no temperature that scikit-learn tries (up to e¹⁰) makes a doubt of.
SURE = 1e8


def fit_temperature(logits: ArrayLike, labels: ArrayLike) -> float:
    """T of exclusive classes, by scikit-learn's `CalibratedClassifierCV(..., method="temperature")`.

    Where every row is answered right, the log loss falls as T goes to 0, and no probability would be believable. T is
    therefore at least the one at which the mean confidence on the n rows is (n + 1) / (n + 2), Laplace's rule of
    succession; and within 0.01 .. 100.

    Args:
        logits: (rows, classes), of rows that trained nothing.
        labels: int (rows,), columns of the logits; rows with -1 are left out. Not every class need be there.

    Returns:
        T; 1 with a `DataWarning` where fewer than 10 rows have a label.

    Raises:
        DataError: if the two do not fit, or are not finite.

    Example:
        >>> import numpy as np
        >>> logits = np.array([[2.0, 0.0]] * 40)  # sure of the first class to 88 %, and right in 30 of 40
        >>> temperature = fit_temperature(logits, [0] * 30 + [1] * 10)
        >>> round(temperature, 3), round(float(softmax(logits / temperature)[0, 0]), 3)
        (1.82, 0.75)
    """
    z, y = known_rows(np.asarray(logits, np.float64), labels)
    if len(y) < FEWEST:
        warnings.warn(
            f"temperature: expected at least {FEWEST} labelled rows to fit it to, got {len(y)}; probabilities are left "
            "as they are: label more validation rows",
            DataWarning,
            stacklevel=2,
        )
        return 1.0
    if z.shape[1] < 2 or not np.ptp(z, axis=1).any():  # nothing to scale
        return 1.0
    return float(np.clip(max(_least_log_loss(z, y), _humblest(z)), LOWEST, HIGHEST))


def fit_temperatures(logits: ArrayLike, labels: ArrayLike) -> list[float]:
    """A temperature for each of several labels, p = σ(z / T): as `fit_temperature` of "has it not" and "has it".

    Each label has one of its own, since a rare label is mostly surer of its zeros than a common one.

    Args:
        logits: (rows, labels).
        labels: (rows, labels), 0 or 1, NaN where unknown.

    Returns:
        (labels,); 1 for a label of which fewer than 10 rows are known.
    """
    z, y = np.asarray(logits, np.float64), np.asarray(labels, np.float64)
    if z.shape != y.shape or z.ndim != 2:
        raise DataError(f"expected logits and labels of one shape (rows, labels), got {z.shape} and {y.shape}")
    positions = np.where(np.isnan(y), -1, y).astype(np.int64)
    return [fit_temperature(np.stack([np.zeros(len(z)), z[:, k]], axis=1), positions[:, k]) for k in range(z.shape[1])]


class _Given(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A classifier whose rows are logits already."""

    def __init__(self, classes: int = 2):
        self.classes = classes

    @property
    def classes_(self) -> np.ndarray:
        return np.arange(self.classes)

    def fit(self, X: Any, y: Any) -> "_Given":
        self.fitted_ = True
        return self

    def decision_function(self, X: np.ndarray) -> np.ndarray:
        # Of two classes one score s, which scikit-learn reads as the logits (-s, s).
        return (X[:, 1] - X[:, 0]) / 2 if self.classes == 2 else X

    def predict(self, X: np.ndarray) -> np.ndarray:
        return X.argmax(axis=1)  # type: ignore[no-any-return]


def _least_log_loss(z: np.ndarray, y: np.ndarray) -> float:
    """What scikit-learn finds, read from the probabilities that it then gives to the logits (0, -1, -1, ...)."""
    classes = z.shape[1]
    # Logits at most 0: between 0 and 1 they might be taken for probabilities. A class that no row has is an error
    # there, so each class gets a row whose log loss is 0 at any temperature.
    rows = np.concatenate([z - z.max(axis=1, keepdims=True), SURE * (np.eye(classes) - 1)])
    labels = np.concatenate([y, np.arange(classes)])
    every = np.arange(len(rows))
    fitted = CalibratedClassifierCV(
        FrozenEstimator(_Given(classes).fit(rows, labels)), method="temperature", cv=[(every, every)], ensemble=False
    ).fit(rows, labels)
    first, second = fitted.predict_proba(np.array([[0.0] + [-1.0] * (classes - 1)]))[0, :2]
    ratio = first / max(second, np.finfo(float).tiny)
    return 1 / float(np.log(ratio)) if ratio > 1 else HIGHEST


def _humblest(z: np.ndarray) -> float:
    """T at which the mean confidence is (n + 1) / (n + 2); lower ones are not believable after n rows."""
    allowed = (len(z) + 1) / (len(z) + 2)

    def above(log_t: float) -> float:
        return float(softmax(z / np.exp(log_t)).max(axis=1).mean()) - allowed

    low, high = np.log(LOWEST), np.log(HIGHEST)
    if above(low) <= 0:
        return LOWEST
    return HIGHEST if above(high) >= 0 else float(np.exp(brentq(above, low, high)))
