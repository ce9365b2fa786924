"""What a student's outputs say, as columns of Arrow. Imports no torch."""

from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.evaluate.conformal import conformal_sets
from gnn2mlp.tasks.answers import ClassAnswers

PREDICTION, CONFIDENCE, SET, OUTLIER = "prediction", "confidence", "set", "outlier"
PROBABILITY = "probability_"


class Asked(NamedTuple):
    """What is asked for beside the prediction.

    Args:
        probabilities: the probability of each class.
        coverage: of sets of classes.
        outliers: whether a row is foreign to the student.
    """

    probabilities: bool = False
    coverage: float | None = None
    outliers: bool = False


def answer_columns(predictor: BasePredictor, outputs: np.ndarray, asked: Asked) -> dict[str, Any]:
    """Arrays of Arrow by name, each (rows,).

    Args:
        predictor: whose outputs they are.
        outputs: (rows, outputs), as `BasePredictor.outputs` gives them.
        asked: for what.

    Raises:
        ConfigError: for something that this student cannot tell.
    """
    answers = predictor.answers
    if answers.classes is None:
        return {PREDICTION: _values(answers.predict(outputs), asked)}
    arrow, _ = pyarrow_modules()
    scaled = outputs if predictor.calibration is None else predictor.calibration.scaled(outputs)
    classes, probabilities = arrow.array(answers.classes.tolist()), answers.probabilities(scaled)
    if isinstance(answers, ClassAnswers):
        made = {PREDICTION: _of_classes(answers.predict(scaled), classes)}
        made[CONFIDENCE] = arrow.array(probabilities.max(1).astype(np.float32))
    else:
        made = {PREDICTION: _lists(answers.predict(scaled).astype(bool), classes)}
    if asked.probabilities:
        for place, name in enumerate(answers.classes.tolist()):
            made[f"{PROBABILITY}{name}"] = arrow.array(np.ascontiguousarray(probabilities[:, place], np.float32))
    if asked.coverage is not None:
        made[SET] = _lists(conformal_sets(probabilities, predictor.threshold(asked.coverage)), classes)
    if asked.outliers:
        made[OUTLIER] = arrow.array(predictor.outliers(outputs))
    return made


def _of_classes(predicted: np.ndarray, classes: Any) -> Any:
    """Classes (rows,) as an array of the type that all of them have."""
    return pyarrow_modules()[0].array(predicted.tolist(), classes.type)


def _lists(chosen: np.ndarray, classes: Any) -> Any:
    """The classes chosen in each row, of bool (rows, classes)."""
    arrow, _ = pyarrow_modules()
    ends = np.concatenate([[0], chosen.sum(1).cumsum()]).astype(np.int32)
    return arrow.ListArray.from_arrays(ends, classes.take(arrow.array(chosen.nonzero()[1])))


def _values(predicted: np.ndarray, asked: Asked) -> Any:
    """Numbers (rows,), or lists of them where there are several targets."""
    if any((asked.probabilities, asked.coverage is not None, asked.outliers)):
        raise ConfigError("score: this student answers numbers, which have no probabilities, sets or outliers")
    arrow, _ = pyarrow_modules()
    values = arrow.array(predicted.astype(np.float32).ravel())
    return values if predicted.ndim == 1 else arrow.FixedSizeListArray.from_arrays(values, predicted.shape[1])
