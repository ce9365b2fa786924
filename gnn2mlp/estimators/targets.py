"""Targets as people have them, with the task that they are of."""

import warnings
from typing import Any, NamedTuple

import numpy as np
from sklearn.exceptions import DataConversionWarning

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.estimators.labels import encode_labels
from gnn2mlp.tasks import MultiLabel, NodeClassification, Regression, Task, as_numbers


class Targets(NamedTuple):
    """`task`, and `labels` (nodes, ...) as `Task.check_labels` reads them."""

    task: Task
    labels: np.ndarray[Any, Any]


def class_targets(y: Any, metric: str | None, class_weight: Any, threshold: Any) -> Targets:
    """Classes (nodes,), or several labels (nodes, labels) of 1, 0 and NaN.

    Raises:
        DataError: for labels that are neither.
        ConfigError: for a metric, weights or a threshold that do not go with them.
    """
    options: dict[str, Any] = {} if metric is None else {"metric": metric}
    if _columns(y) > 1:
        if class_weight not in (None, "balanced"):
            raise ConfigError(f"class_weight: of several labels expected 'balanced' or None, got {class_weight!r}")
        names = getattr(y, "columns", range(_columns(y)))
        task = MultiLabel(list(names), pos_weight=class_weight, threshold=threshold, **options)
        return Targets(task, as_numbers(y, "y"))
    codes, classes = encode_labels(_flat(y))
    return Targets(NodeClassification(classes, class_weight=class_weight, threshold=threshold, **options), codes)


def number_targets(y: Any, metric: str) -> Targets:
    """Numbers (nodes,) or (nodes, targets), NaN where unknown.

    Raises:
        DataError: if they are none.
        ConfigError: for another metric.
    """
    if y is None:
        raise DataError("fit requires y to be passed, but the target y is None; give a number for each node")
    values = as_numbers(y, "y")
    if values.ndim not in (1, 2):
        raise DataError(f"y: expected numbers of shape (nodes,) or (nodes, targets), got shape {values.shape}")
    width = 1 if values.ndim == 1 else values.shape[1]
    names = list(getattr(y, "columns", range(width)))
    return Targets(Regression(names, metric=metric, flat=values.ndim == 1), values.astype(np.float64))


def _flat(y: Any) -> Any:
    """Labels (nodes,) of a single column (nodes, 1), with the warning that scikit-learn gives."""
    shape: tuple[int, ...] = getattr(y, "shape", ())
    if len(shape) != 2 or shape[1] != 1:
        return y
    warnings.warn(
        "A column-vector y was passed when a 1d array was expected. Please change the shape of y to (n_samples,), for "
        "example using ravel().",
        DataConversionWarning,
        stacklevel=2,
    )
    return y.iloc[:, 0] if hasattr(y, "iloc") else y[:, 0]


def _columns(y: Any) -> int:
    """How many columns there are, 1 for a flat array and for what is none."""
    shape = getattr(y, "shape", None)
    if shape is None and isinstance(y, list | tuple) and y and isinstance(y[0], list | tuple | np.ndarray):
        return len(y[0])
    return int(shape[1]) if shape is not None and len(shape) == 2 else 1
