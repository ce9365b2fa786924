"""What a model's outputs say, as a person or a program reads it in JSON."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.evaluate.conformal import conformal_sets
from gnn2mlp.tasks.answers import ClassAnswers

# Digits of probabilities: single precision has no more.
_DIGITS = 6
STUDENT, TEACHER = "student", "teacher"


class Wanted(NamedTuple):
    """What is asked for beside the answers.

    Args:
        probabilities: of each class.
        coverage: of sets of classes; `None`: no sets.
    """

    probabilities: bool = True
    coverage: float | None = None


class Asked(NamedTuple):
    """Outputs of a student, and what a teacher said.

    Args:
        outputs: of the student, float (rows, outputs).
        scaled: the same, divided by the temperature; where the teacher answered, logarithms of its probabilities.
        by_teacher: bool (rows,), where it did; `None` if there is none.
        failed: why it did not answer, if it was asked.
    """

    outputs: np.ndarray
    scaled: np.ndarray
    by_teacher: np.ndarray | None = None
    deferred: np.ndarray | None = None
    failed: str | None = None


def scaled(predictor: BasePredictor, outputs: np.ndarray) -> np.ndarray:
    """Outputs divided by the temperature of the calibration, if there is one."""
    return outputs if predictor.calibration is None else predictor.calibration.scaled(outputs)


def predictions(predictor: BasePredictor, asked: Asked, wanted: Wanted) -> list[dict[str, Any]]:
    """One object a row: `label` (or `labels`, `value`, `values`), and as far as the model can tell `confidence`,
    `probabilities` by class, `set` (see `BasePredictor.predict_set`), `outlier`, and who answered.

    Raises:
        ConfigError: for a coverage that the calibration was not made for.
    """
    answers = predictor.answers
    if answers.classes is None:
        values = answers.predict(asked.outputs)
        return [{"value" if values.ndim == 1 else "values": value} for value in values.tolist()]
    names = answers.classes.tolist()
    probabilities = answers.probabilities(asked.scaled)
    made = _labels(predictor, asked.scaled, probabilities, names)
    if wanted.probabilities:
        texts = [str(name) for name in names]
        for one, row in zip(made, _rounded(probabilities), strict=True):
            one["probabilities"] = dict(zip(texts, row, strict=True))
    if wanted.coverage is not None:
        sets = conformal_sets(probabilities, predictor.threshold(wanted.coverage))
        for one, row in zip(made, sets, strict=True):
            one["set"] = [names[place] for place in row.nonzero()[0].tolist()]
    if predictor.calibration is not None and predictor.calibration.outlier is not None:
        for one, outlier in zip(made, predictor.outliers(asked.outputs).tolist(), strict=True):
            one["outlier"] = outlier
    _say_who(made, asked)
    return made


def _labels(
    predictor: BasePredictor, logits: np.ndarray, probabilities: np.ndarray, names: Sequence[Any]
) -> list[dict[str, Any]]:
    predicted = predictor.answers.predict(logits)
    if isinstance(predictor.answers, ClassAnswers):
        sure = _rounded(probabilities.max(axis=1))
        return [{"label": one, "confidence": high} for one, high in zip(predicted.tolist(), sure, strict=True)]
    return [{"labels": [names[place] for place in row.nonzero()[0].tolist()]} for row in predicted]


def _rounded(numbers: np.ndarray) -> list[Any]:
    rounded: list[Any] = numbers.astype(np.float64).round(_DIGITS).tolist()
    return rounded


def _say_who(made: Sequence[dict[str, Any]], asked: Asked) -> None:
    """Who answered each row, where there is a teacher. The promise of sets is the student's alone."""
    if asked.by_teacher is None or asked.deferred is None:
        return
    for one, taught, deferred in zip(made, asked.by_teacher.tolist(), asked.deferred.tolist(), strict=True):
        one["answered_by"] = TEACHER if taught else STUDENT
        if taught and "set" in one:
            one["set"] = None
        if deferred and not taught:
            one["teacher"] = asked.failed
