"""What follows the outputs of a student in an ONNX model: probabilities, labels, or numbers in the user's units."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy.onnx_parts import Part
from gnn2mlp.tasks.answers import Answers, ClassAnswers, LabelAnswers, ValueAnswers

LOGITS, PROBABILITIES, LABEL, PREDICTION = "logits", "probabilities", "label", "prediction"
OUTPUTS = (LABEL, PROBABILITIES, PREDICTION, LOGITS)


def add_answers(part: Part, logits: str, answers: Answers, temperature: float | Sequence[float] = 1.0) -> None:
    """Add what a person asks for to a model that ends in logits, under the names in `OUTPUTS`.

    One class each: `probabilities` (rows, classes) and `label` (rows,), of the type of the classes. Several labels:
    `probabilities` (rows, labels). Numbers: `prediction`, as `Predictor.predict` gives them.

    Args:
        part: that the nodes are added to.
        logits: name of the value (rows, outputs) in it, of `part.real`.
        answers: of the student.
        temperature: that logits are divided by, one or (outputs,).

    Raises:
        ConfigError: for answers of another kind.
    """
    if np.any(np.asarray(temperature) != 1):
        logits = part.add("Div", [logits, part.constant(np.asarray(temperature, part.real))])
    if isinstance(answers, ClassAnswers):
        probabilities = part.add("Softmax", [logits], axis=-1)
        _add_label(part, logits, probabilities, answers)
        part.output(PROBABILITIES, probabilities, part.real, answers.num_outputs)
    elif isinstance(answers, LabelAnswers):
        part.output(PROBABILITIES, part.add("Sigmoid", [logits]), part.real, answers.num_outputs)
    elif isinstance(answers, ValueAnswers):
        _add_prediction(part, logits, answers)
    else:
        raise ConfigError(f"expected answers of classes, labels or values, got {answers.kind!r}")


def _add_label(part: Part, logits: str, probabilities: str, answers: ClassAnswers) -> None:
    """The label of a row: the likeliest class, or the second of two where its probability reaches the threshold."""
    if answers.threshold is None:  # of the logits, which tell more classes apart than rounded probabilities
        which = part.add("ArgMax", [logits], axis=1, keepdims=0)
    else:
        second = part.add("Gather", [probabilities, part.constant(1)], axis=1)
        reached = part.add("GreaterOrEqual", [second, part.constant(np.array(answers.threshold, part.real))])
        which = part.add("Cast", [reached], to=part.type_of(np.int64))
    classes = _plain(answers.classes)
    part.output(LABEL, part.add("Gather", [part.constant(classes), which]), classes.dtype)


def _add_prediction(part: Part, outputs: str, answers: ValueAnswers) -> None:
    scaled = part.add("Mul", [outputs, part.constant(np.array(answers.scale, part.real))])
    values = part.add("Add", [scaled, part.constant(np.array(answers.mean, part.real))])
    if answers.flat:
        part.output(PREDICTION, part.add("Squeeze", [values, part.constant([1])]), part.real)
    else:
        part.output(PREDICTION, values, part.real, answers.num_outputs)


def _plain(classes: np.ndarray) -> np.ndarray:
    """Classes in one of the types that ONNX has for them: truth values, whole numbers, other numbers, or texts."""
    kinds: dict[str, Any] = {"b": np.bool_, "i": np.int64, "u": np.int64, "f": np.float64}
    if classes.dtype.kind in kinds:
        return classes.astype(kinds[classes.dtype.kind])
    return np.array([str(value) for value in classes.tolist()], dtype=object)
