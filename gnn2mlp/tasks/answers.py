"""From a network's outputs to answers in the user's own values. Imports no torch, and needs no `Task` to be at hand."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from gnn2mlp.core.errors import ConfigError

DEFAULT_THRESHOLD = 0.5


class Answers(ABC):
    """What a deployed student says, given the outputs (rows, outputs) of its network.

    Attributes:
        kind: names the subclass in a file, so that a student loads without the task that it was trained for.
        classes: what the columns of `probabilities` stand for; `None` where there are no probabilities.
    """

    kind: ClassVar[str]
    classes: np.ndarray | None = None

    @property
    @abstractmethod
    def num_outputs(self) -> int:
        """Width of the outputs."""

    @abstractmethod
    def predict(self, outputs: np.ndarray) -> np.ndarray:
        """The answer for each row."""

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Probabilities (rows, outputs), where `classes` says of what.

        Raises:
            ConfigError: if the answers are no probabilities.
        """
        raise ConfigError(f"answers of the kind {self.kind!r} have no probabilities; use predict")

    @abstractmethod
    def facts(self) -> dict[str, Any]:
        """All that `answers_from` needs to make them again, JSON-able."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Answers) and self.facts() == other.facts()

    __hash__ = object.__hash__


class ClassAnswers(Answers):
    """One of the classes for each row: the likeliest, or by a threshold where there are two.

    Args:
        classes: (outputs,) the user's values, in the order of the outputs.
        threshold: of two classes, answer the second where its probability is at least this; default: the likelier one.

    Example:
        >>> import numpy as np
        >>> answers = ClassAnswers(["no", "yes"], threshold=0.25)
        >>> answers.predict(np.log([[0.7, 0.3], [0.8, 0.2]])).tolist()
        ['yes', 'no']
    """

    kind = "classes"

    classes: np.ndarray

    def __init__(self, classes: Sequence[Any] | np.ndarray, threshold: float | None = None):
        self.classes = np.asarray(classes)
        self.threshold = threshold

    @property
    def num_outputs(self) -> int:
        """Number of classes."""
        return self.classes.size

    def predict(self, outputs: np.ndarray) -> np.ndarray:
        """Classes (rows,), of the type of `classes`."""
        if self.threshold is None:
            return self.classes[outputs.argmax(-1)]  # type: ignore[no-any-return]
        return self.classes[(self.probabilities(outputs)[:, 1] >= self.threshold).astype(np.intp)]

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Probabilities (rows, classes) that add up to 1 in each row."""
        return softmax(outputs)

    def facts(self) -> dict[str, Any]:
        """Classes, their type, and the threshold."""
        values, dtype = self.classes.tolist(), self.classes.dtype.str
        return {"kind": self.kind, "classes": values, "dtype": dtype, "threshold": self.threshold}


class LabelAnswers(Answers):
    """For each row and label whether the row has it: a sigmoid for each output, and a threshold.

    Args:
        names: (outputs,) of the labels.
        thresholds: (outputs,) probabilities from which a row has a label; default: 0.5.
    """

    kind = "labels"

    classes: np.ndarray

    def __init__(self, names: Sequence[Any] | np.ndarray, thresholds: Sequence[float] | None = None):
        self.classes = np.asarray(names)
        self.thresholds = None if thresholds is None else [float(value) for value in thresholds]

    @property
    def num_outputs(self) -> int:
        """Number of labels."""
        return self.classes.size

    def predict(self, outputs: np.ndarray) -> np.ndarray:
        """The indicator matrix int64 (rows, labels): 1 where the row has the label."""
        thresholds = DEFAULT_THRESHOLD if self.thresholds is None else np.array(self.thresholds)
        return (self.probabilities(outputs) >= thresholds).astype(np.int64)

    def probabilities(self, outputs: np.ndarray) -> np.ndarray:
        """Probabilities (rows, labels), each of its own."""
        return sigmoid(outputs)

    def facts(self) -> dict[str, Any]:
        """Names, their type, and the thresholds."""
        names, dtype = self.classes.tolist(), self.classes.dtype.str
        return {"kind": self.kind, "classes": names, "dtype": dtype, "thresholds": self.thresholds}


class ValueAnswers(Answers):
    """Numbers: outputs times `scale` plus `mean`, as the network learnt targets that were standardised.

    Args:
        mean: (outputs,) of the training targets.
        scale: (outputs,) their standard deviation.
        flat: answer (rows,) and not (rows, 1), as the targets were given.
    """

    kind = "values"

    def __init__(self, mean: Sequence[float], scale: Sequence[float], flat: bool = False):
        self.mean = [float(value) for value in mean]
        self.scale = [float(value) for value in scale]
        self.flat = flat

    @property
    def num_outputs(self) -> int:
        """Number of targets."""
        return len(self.mean)

    def predict(self, outputs: np.ndarray) -> np.ndarray:
        """Values float (rows, targets) in the units of the training targets; (rows,) if they are `flat`."""
        dtype = outputs.dtype
        values: np.ndarray = outputs * np.array(self.scale, dtype) + np.array(self.mean, dtype)
        return values[:, 0] if self.flat else values

    def facts(self) -> dict[str, Any]:
        """Mean, scale and shape."""
        return {"kind": self.kind, "mean": self.mean, "scale": self.scale, "flat": self.flat}


class EmbeddingAnswers(Answers):
    """The outputs of a row are its embedding, and an answer takes two rows: a model of links has these.

    Args:
        width: of the embeddings.
    """

    kind = "embeddings"

    def __init__(self, width: int):
        self.width = width

    @property
    def num_outputs(self) -> int:
        """Width of the embeddings."""
        return self.width

    def predict(self, outputs: np.ndarray) -> np.ndarray:
        """Embeddings (rows, width), as they are."""
        return outputs

    def facts(self) -> dict[str, Any]:
        """The width."""
        return {"kind": self.kind, "width": self.width}


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities (rows, classes) of logits."""
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)  # type: ignore[no-any-return]


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Probabilities of logits, one by one; no exponential overflows."""
    small = np.exp(-np.abs(logits))
    return np.where(logits >= 0, 1, small) / (1 + small)  # type: ignore[no-any-return]


def answers_from(facts: Mapping[str, Any]) -> Answers:
    """What `Answers.facts` described.

    Raises:
        ConfigError: for a kind that this release does not know.
        KeyError: if a fact is missing.
    """
    if facts["kind"] == ClassAnswers.kind:
        return ClassAnswers(np.asarray(facts["classes"], np.dtype(facts["dtype"])), facts["threshold"])
    if facts["kind"] == LabelAnswers.kind:
        return LabelAnswers(np.asarray(facts["classes"], np.dtype(facts["dtype"])), facts["thresholds"])
    if facts["kind"] == ValueAnswers.kind:
        return ValueAnswers(facts["mean"], facts["scale"], facts["flat"])
    if facts["kind"] == EmbeddingAnswers.kind:
        return EmbeddingAnswers(facts["width"])
    raise ConfigError(
        f"expected answers of the kind 'classes', 'labels', 'values' or 'embeddings', got {facts['kind']!r}"
    )
