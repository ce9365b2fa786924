"""Which class a model takes for which: the confusion matrix, recall and precision of each class with intervals."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.intervals import Interval
from gnn2mlp.evaluate.repeated import share_of_nodes


class ClassScore(NamedTuple):
    """How one class fares.

    Args:
        nodes: different nodes that are of the class.
        recall: share of its nodes that are answered with it; `None` without such a node.
        precision: share of the answers with it that are right; `None` without such an answer.
        f1: harmonic mean of the two, 0 if nothing is right; `None` if neither node nor answer is of the class.
    """

    nodes: int
    recall: Interval | None
    precision: Interval | None
    f1: float | None


def confusion_matrix(
    labels: Int[np.ndarray, " answers"], answers: Int[np.ndarray, " given"], classes: int
) -> Int[np.ndarray, "classes classes"]:
    """How many answers of each class (columns) were given for each true class (rows).

    Args:
        labels: true classes, 0 .. classes - 1; -1, unknown, does not count.
        answers: 0 .. classes - 1.
        classes: how many there are.

    Raises:
        DataError: if the two differ in length, or name a class that there is not.

    Example:
        >>> confusion_matrix(np.array([0, 0, 1, -1]), np.array([0, 1, 1, 0]), 2).tolist()
        [[1, 1], [0, 1]]
    """
    _check(labels, answers, classes)
    known = labels >= 0
    pairs = labels[known].astype(np.int64) * classes + answers[known]
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes).astype(np.int64)


def class_scores(
    labels: Int[np.ndarray, " answers"],
    answers: Int[np.ndarray, " given"],
    classes: int,
    nodes: Int[np.ndarray, " answers"] | None = None,
) -> list[ClassScore]:
    """Recall and precision of every class with 95 % intervals (Wilson's).

    Args:
        labels: as in `confusion_matrix`.
        answers: likewise.
        classes: how many there are.
        nodes: which node each answer is of, where a node is answered several times, as over seeds: it counts as one
            node, see `gnn2mlp.evaluate.repeated`. Default: all are different.

    Raises:
        DataError: as `confusion_matrix` does.

    Example:
        >>> first, second = class_scores(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 2)
        >>> first.recall.value, first.precision.value, round(second.f1, 2)
        (0.5, 1.0, 0.8)
    """
    _check(labels, answers, classes)
    ids = np.arange(labels.size) if nodes is None else nodes
    known = labels >= 0
    labels, answers, ids = labels[known], answers[known], ids[known]
    return [_score(labels == one, answers == one, ids) for one in range(classes)]


def _score(is_class: np.ndarray, is_answer: np.ndarray, ids: np.ndarray) -> ClassScore:
    right = (is_class & is_answer).astype(float)
    recall = share_of_nodes(right[is_class], ids[is_class]) if is_class.any() else None
    precision = share_of_nodes(right[is_answer], ids[is_answer]) if is_answer.any() else None
    count = int(is_class.sum() + is_answer.sum())
    return ClassScore(
        np.unique(ids[is_class]).size, recall, precision, 2 * float(right.sum()) / count if count else None
    )


def _check(labels: np.ndarray, answers: np.ndarray, classes: int) -> None:
    if labels.shape != answers.shape:
        raise DataError(f"expected an answer for each label, got {answers.shape} answers and {labels.shape} labels")
    for what, values, least in (("labels", labels, -1), ("answers", answers, 0)):
        if values.size and not least <= values.min() <= values.max() < classes:
            raise DataError(f"{what}: expected {least} .. {classes - 1}, got {values.min()} .. {values.max()}")
