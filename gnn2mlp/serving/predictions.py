"""What a model's outputs say, as a person or a program reads it in JSON."""

from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.deploy import BasePredictor
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


class Judged(NamedTuple):
    """What is known of some rows, an array over rows each.

    Args:
        outputs: of the student (rows, outputs).
        predicted: as `BasePredictor.predict` says it.
        logits: outputs divided by the temperature; of numbers the outputs.
        probabilities: (rows, classes); `None` of numbers.
        outliers: bool (rows,); `None` where the model cannot tell.
        deferred: bool (rows,), which rows a teacher was to be asked about; `None` if there is no teacher.
        taught: bool (rows,), which of them it answered.
        failed: why it did not.
    """

    outputs: np.ndarray
    predicted: np.ndarray
    logits: np.ndarray
    probabilities: np.ndarray | None = None
    outliers: np.ndarray | None = None
    deferred: np.ndarray | None = None
    taught: np.ndarray | None = None
    failed: str | None = None

    def part(self, start: int, end: int) -> "Judged":
        """Of consecutive rows, before a teacher was asked."""
        probabilities = None if self.probabilities is None else self.probabilities[start:end]
        outliers = None if self.outliers is None else self.outliers[start:end]
        return Judged(
            self.outputs[start:end], self.predicted[start:end], self.logits[start:end], probabilities, outliers
        )


def judged(predictor: BasePredictor, outputs: np.ndarray) -> Judged:
    """What outputs (rows, outputs) of a student say."""
    answers, calibration = predictor.answers, predictor.calibration
    logits = outputs if calibration is None else calibration.scaled(outputs)
    if answers.classes is None:
        return Judged(outputs, answers.predict(outputs), outputs)
    knows = calibration is not None and calibration.outlier is not None
    outliers = predictor.outliers(outputs) if knows else None
    return Judged(outputs, answers.predict(logits), logits, answers.probabilities(logits), outliers)


def corrected(predictor: BasePredictor, found: Judged, places: np.ndarray, probabilities: np.ndarray) -> Judged:
    """The same where a teacher answered for the rows at `places`, with probabilities (places, classes)."""
    assert found.probabilities is not None, "a teacher knows classes"
    with np.errstate(divide="ignore"):  # a class that the teacher excludes
        taught = np.log(probabilities)
    logits, whole = found.logits.astype(np.float64), found.probabilities.astype(np.float64)
    logits[places], whole[places] = taught, probabilities
    return found._replace(predicted=predictor.answers.predict(logits), logits=logits, probabilities=whole)


def predictions(predictor: BasePredictor, found: Judged, wanted: Wanted) -> list[dict[str, Any]]:
    """One object a row: its answer, and what the model can tell of it.

    The answer is `label`, `labels`, `value` or `values`; beside it stand `confidence`, `probabilities` by class, `set`
    (see `BasePredictor.predict_set`), `outlier`, and who answered if there is a teacher.

    Raises:
        ConfigError: for a coverage that the calibration was not made for.
    """
    if found.probabilities is None:
        values = found.predicted
        return [{"value" if values.ndim == 1 else "values": value} for value in values.tolist()]
    names = predictor.answers.classes.tolist()  # type: ignore[union-attr]
    made = _labels(predictor, found, names)
    rounded = found.probabilities.astype(np.float64).round(_DIGITS)
    if isinstance(predictor.answers, ClassAnswers):
        for one, confidence in zip(made, rounded.max(axis=1).tolist(), strict=True):
            one["confidence"] = confidence
    if wanted.probabilities:
        texts = [*map(str, names)]
        for one, row in zip(made, rounded.tolist(), strict=True):
            one["probabilities"] = dict(zip(texts, row, strict=True))
    if wanted.coverage is not None:
        sets = conformal_sets(found.probabilities, predictor.threshold(wanted.coverage)).tolist()
        for one, row in zip(made, sets, strict=True):
            one["set"] = [name for name, inside in zip(names, row, strict=True) if inside]
    if found.outliers is not None:
        for one, outlier in zip(made, found.outliers.tolist(), strict=True):
            one["outlier"] = outlier
    _say_who(made, found)
    return made


def _labels(predictor: BasePredictor, found: Judged, names: list[Any]) -> list[dict[str, Any]]:
    if isinstance(predictor.answers, ClassAnswers):
        return [{"label": one} for one in found.predicted.tolist()]
    rows = found.predicted.tolist()
    return [{"labels": [name for name, has in zip(names, row, strict=True) if has]} for row in rows]


def _say_who(made: list[dict[str, Any]], found: Judged) -> None:
    """Who answered each row, where there is a teacher. The promise of sets is the student's alone."""
    if found.taught is None or found.deferred is None:
        return
    for one, taught, deferred in zip(made, found.taught.tolist(), found.deferred.tolist(), strict=True):
        one["answered_by"] = TEACHER if taught else STUDENT
        if taught and "set" in one:
            one["set"] = None
        if deferred and not taught:
            one["teacher"] = found.failed
