"""Which nodes an estimator's score speaks of: those whose label or target is known."""

from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.estimators.labels import flat_labels, missing_labels
from gnn2mlp.tasks import as_numbers
from gnn2mlp.tasks.classification import UNLABELLED


class Known(NamedTuple):
    """Truth, answers and weights (or `None`) of the nodes whose truth is known."""

    truth: np.ndarray
    answers: np.ndarray
    weight: np.ndarray | None


def known(y: Any, answers: np.ndarray, weight: Any, classes: np.ndarray | None) -> Known:
    """The nodes with a label or target, all of it.

    Args:
        y: as in `fit`.
        answers: (nodes, ...) of the estimator.
        weight: (nodes,) numbers, or `None`.
        classes: labels that are told apart, or `None` of numbers.

    Raises:
        DataError: for truth of another length, or if none is known.

    Example:
        >>> known(["a", None, "b"], np.array(["a", "a", "a"]), None, np.array(["a", "b"])).truth.tolist()
        ['a', 'b']
    """
    if classes is not None and answers.ndim == 1:
        truth, there = _labels(y, classes)
    else:
        truth = as_numbers(y, "y").reshape(len(np.asarray(y)), -1)
        there = np.asarray(~np.isnan(truth.astype(np.float64)).any(axis=1))
        truth = truth[:, 0] if answers.ndim == 1 else truth
    if len(truth) != len(answers):
        raise DataError(f"y: expected one for each row of X, {len(answers)} in all, got {len(truth)}")
    if not there.any():
        raise DataError("y: expected nodes with a label to score on, got none")
    weights = None if weight is None else np.asarray(weight)[there]
    if there.all():
        return Known(truth, answers, weights)
    return Known(truth[there], answers[there], weights)


def _labels(y: Any, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Labels in the type of the classes, and where there is one."""
    values = flat_labels(y[:, 0] if getattr(y, "ndim", 1) == 2 and y.shape[1] == 1 else y)
    there = ~missing_labels(values)
    if UNLABELLED in classes:
        there = there | np.array([value == UNLABELLED for value in values], dtype=bool)
    if values.dtype == object or not there.all():
        typed = np.full(len(values), classes[0])
        if there.any():
            found = np.array(values[there].tolist())
            typed = typed.astype(np.promote_types(typed.dtype, found.dtype))
            typed[there] = found
        values = typed
    return values, there
