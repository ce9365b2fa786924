"""One class for each node: of two, of many, balanced or not."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.nn.devices import constant
from gnn2mlp.nn.divergence import kl_divergence
from gnn2mlp.tasks._base import Metric, Task, as_numbers, check_names
from gnn2mlp.tasks.answers import ClassAnswers
from gnn2mlp.tasks.metrics import (
    DECISIONS,
    agreement,
    average_precision,
    balanced_accuracy,
    best_threshold,
    confusion,
    macro_f1,
    mean_over,
    roc_auc,
)

UNLABELLED = -1


class NodeClassification(Task):
    """One of several classes for each node; labels are int64 (nodes,), positions in `classes`, -1 where unknown.

    The loss is the cross-entropy of softmax outputs, L_i = -w_y log q_y; soft labels are matched by KL(p ‖ q). Of two
    classes the second is the positive one, as in scikit-learn.

    Args:
        classes: the user's values, text, integers or booleans, in the order of the outputs.
        metric: chooses the epoch: `"accuracy"`, `"balanced_accuracy"`, `"macro_f1"`, `"roc_auc"` or
            `"average_precision"`; the last two are means over classes, each against the rest, if there are more than
            two.
        class_weight: w, which scales the loss of each class: a mapping from class to weight (1 where it is silent), a
            sequence in the order of `classes`, or `"balanced"`, nodes / (classes · nodes of the class). Scaled in
            training so that the mean over training labels is 1.
        threshold: of two classes, answer the second where its probability is at least this; or what the threshold is
            to maximise on the validation nodes: `"f1"` (of the second class), `"macro_f1"`, `"balanced_accuracy"` or
            `"accuracy"`. Default: the likelier class.
        dtype: NumPy's name of the type in which classes are answered; default: that of the values.

    Raises:
        ConfigError: for a class that is given twice, or an option that cannot be.

    Example:
        >>> import numpy as np
        >>> import torch
        >>> task = NodeClassification(["ham", "spam"], metric="macro_f1")
        >>> task.loss(torch.zeros(3, 2), torch.tensor([0, 1, -1])).tolist() == [np.log(2).astype("f4")] * 2 + [0]
        True
        >>> task.predict(torch.tensor([[0.2, 1.0]]))[0]
        np.str_('spam')
    """

    name = "classification"
    citation = "Kipf and Welling, Semi-Supervised Classification with Graph Convolutional Networks, ICLR 2017"
    outputs_called = "classes"
    exclusive = True
    averaged_as = "classes"
    blank = UNLABELLED
    metrics: ClassVar[Mapping[str, Metric]] = {
        "accuracy": Metric("accuracy", lambda task, output, labels: task.accuracy(output, labels)),
        "balanced_accuracy": Metric(
            "balanced accuracy", lambda task, output, labels: balanced_accuracy(task.confusion(output, labels))
        ),
        "macro_f1": Metric("macro F1", lambda task, output, labels: macro_f1(task.confusion(output, labels))),
        "roc_auc": Metric("ROC-AUC", lambda task, output, labels: task.ranked(roc_auc, output, labels)),
        "average_precision": Metric(
            "average precision", lambda task, output, labels: task.ranked(average_precision, output, labels)
        ),
    }

    def __init__(
        self,
        classes: Any,
        metric: str = "accuracy",
        class_weight: Literal["balanced"] | Mapping[Any, float] | Sequence[float] | None = None,
        threshold: float | str | None = None,
        dtype: str | None = None,
    ):
        self.classes = check_names(classes, "classes")
        self.metric = metric
        self.class_weight = _weights(class_weight, self.classes)
        self.threshold = threshold
        given = classes.dtype.str if isinstance(classes, np.ndarray) and classes.dtype.kind != "O" else None
        self.dtype = dtype or (given if given != np.asarray(self.classes).dtype.str else None)
        self.check_metric()
        _check_threshold(threshold, len(self.classes))

    @classmethod
    def of_codes(cls, labels: Any, class_names: Sequence[Any] | None, where: str) -> Self:
        """The task of labels that are numbered from 0, with the names of the classes if there are any."""
        try:
            if class_names is not None:
                return cls(class_names)
        except ConfigError as error:
            raise DataError(f"{where}: class names: {error}") from error
        values = as_numbers(labels, where)
        highest = int(values[np.isfinite(values)].max(initial=0))
        return cls(tuple(range(highest + 1)))

    @property
    def num_outputs(self) -> int:
        """Number of classes."""
        return len(self.classes)

    @property
    def output_names(self) -> tuple[str, ...]:
        """The classes as text."""
        return tuple(map(str, self.classes))

    @property
    def answers(self) -> ClassAnswers:
        """Classes, by the threshold if there is one."""
        threshold = None if isinstance(self.threshold, str) else self.threshold
        return ClassAnswers(np.asarray(self.classes, self.dtype), threshold)

    def loss(self, output: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """Cross-entropy (rows,) in nats."""
        each = F.cross_entropy(output, labels, self._weight_like(output), ignore_index=UNLABELLED, reduction="none")
        return each if weight is None else each * weight

    def _weight_like(self, output: Tensor) -> Tensor | None:
        if self.class_weight is None:
            return None
        if self.class_weight == "balanced":
            raise ConfigError(
                "class_weight='balanced' is counted on training labels: take the loss of task.fitted(labels)"
            )
        return constant(self.class_weight, output)

    def divergence(self, teacher: Tensor, student: Tensor, temperature: float = 1.0) -> Tensor:
        """KL(p ‖ q) in nats (rows,)."""
        return kl_divergence(teacher, student, temperature)

    def expected(self, output: Tensor) -> Tensor:
        """Probabilities of the classes, which add up to 1."""
        return output.softmax(-1)

    def mean_output(self, outputs: Tensor) -> Tensor:
        """Logarithms of the mean probabilities."""
        return outputs.log_softmax(-1).logsumexp(0) - math.log(outputs.size(0))

    def check_labels(self, labels: Any, count: int, where: str) -> Tensor:
        """Int64 (units,): -1 or a class from 0 upwards, at least one known."""
        y = as_numbers(labels, where)
        if y.ndim != 1 or y.shape[0] != count:
            raise DataError(
                f"{where}: expected one label per {self.unit}, {count} in all, got an array of shape {y.shape}"
            )
        if y.size == 0:
            raise DataError(f"{where}: expected at least one {self.unit}, got none")
        if not np.array_equal(y, np.trunc(y)):
            raise DataError(
                f"{where}: labels must be integers, -1 for unknown, got {y.dtype} values that are not; "
                "number the classes from 0"
            )
        y = y.astype(np.int64)
        if y.min() < UNLABELLED:
            raise DataError(f"{where}: labels must be -1 (unknown) or a class from 0 upwards, got {y.min()}")
        if y.max() < 0:
            raise DataError(f"{where}: every {self.unit} is unlabelled (-1); expected some labelled ones to train on")
        if y.max() >= self.num_outputs:
            raise DataError(
                f"{where}: labels must lie in 0..{self.num_outputs - 1} (or -1 for unknown), got {y.max()}; "
                "name every class or correct the labels"
            )
        return torch.from_numpy(y)

    def known(self, labels: Tensor) -> Tensor:
        """Bool (units,): whether the label is a class."""
        return labels >= 0

    def without_names(self) -> Self:
        """With the numbers of the outputs as classes."""
        return self._with(classes=range(self.num_outputs), dtype=None)

    def with_names(self, other: Self) -> Self:
        """With the classes of `other`."""
        return self._with(classes=other.classes, dtype=other.dtype)

    def fitted(self, labels: Tensor) -> Self:
        """With a number for each class as its weight, on average 1 over these training labels."""
        if self.class_weight is None:
            return self
        count = torch.bincount(labels, minlength=self.num_outputs).double()
        if self.class_weight == "balanced":
            weight = 1 / count.clamp(min=1)
        else:
            weight = torch.tensor(self.class_weight, dtype=torch.float64)
        return self._with(class_weight=(weight / ((weight * count).sum() / count.sum())).tolist())

    def with_threshold(self, output: Tensor, labels: Tensor) -> Self:
        """With the threshold that maximises what `threshold` names on these rows."""
        if not isinstance(self.threshold, str):
            return self
        known = self.known(labels)
        positive = output[known].double().softmax(-1)[:, 1]
        return self._with(threshold=best_threshold(positive, labels[known] == 1, self.threshold))

    def strata(self, labels: Tensor) -> Tensor:
        """Classes."""
        return labels.clamp(min=0)

    def check_split(self, train: Tensor, valid: Tensor, where: str) -> None:
        """Raise `DataError` unless there are two classes to tell apart, also among validation labels if need be."""
        if len(present := train[train >= 0].unique()) < 2:
            raise DataError(
                f"{where}: expected at least two classes among the training labels, got {len(present)}; "
                f"there is nothing to tell apart: label {self.unit}s of another class"
            )
        ranks = self.metric in ("roc_auc", "average_precision") or isinstance(self.threshold, str)
        if ranks and len(valid[valid >= 0].unique()) < 2:
            raise DataError(
                f"{where}: expected two classes among the validation labels, which choose by {self.metric}, got one; "
                f"validate on more {self.unit}s, or choose by accuracy"
            )

    def agreement(self, student: Tensor, teacher: Tensor) -> float:
        """Share of rows on which both find the same class likeliest (Stanton et al., NeurIPS 2021)."""
        return agreement(student, teacher)

    def decide(self, output: Tensor) -> Tensor:
        """Class of each row, int64 (rows,), as it will be answered."""
        if self.threshold is None or isinstance(self.threshold, str):
            return output.argmax(-1)
        return (output.softmax(-1)[:, 1] >= self.threshold).long()

    def accuracy(self, output: Tensor, labels: Tensor) -> float:
        """Share of rows that are answered rightly."""
        return (self.decide(output) == labels).double().mean().item()

    def confusion(self, output: Tensor, labels: Tensor) -> Tensor:
        """How many rows of each class are answered with each class."""
        return confusion(self.decide(output), labels, self.num_outputs)

    def ranked(self, metric: Any, output: Tensor, labels: Tensor) -> float:
        """`metric` of the second of two classes; the mean over more, each against the rest."""
        if self.num_outputs == 2:  # by the difference of logits: probabilities near 1 are equal too often
            return float(metric(output[:, 1] - output[:, 0], labels == 1))
        share = output.double().softmax(-1)
        return mean_over([metric(share[:, c], labels == c) for c in range(self.num_outputs)])


def _weights(given: Any, classes: tuple[Any, ...]) -> Any:
    """Class weights as numbers in the order of the classes, or as they were said."""
    if given is None or given == "balanced":
        return given
    if isinstance(given, Mapping):
        names = {**{str(value): place for place, value in enumerate(classes)}, **{v: i for i, v in enumerate(classes)}}
        if unknown := [str(key) for key in given if key not in names]:
            raise ConfigError(
                f"class_weight: expected weights of the classes {_shown(classes)}, got {', '.join(unknown)}"
            )
        weights = [1.0] * len(classes)
        for key, weight in given.items():
            weights[names[key]] = weight
    elif isinstance(given, Sequence) and not isinstance(given, str):
        weights = list(given)
    else:
        raise ConfigError(f"class_weight: expected 'balanced', a mapping from class to weight, or None, got {given!r}")
    if len(weights) != len(classes) or not all(map(_is_weight, weights)) or not any(weights):
        raise ConfigError(
            f"class_weight: expected a weight of at least 0 for each of {len(classes)} classes, got {given!r}"
        )
    return [float(weight) for weight in weights]


def _is_weight(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def _shown(classes: tuple[Any, ...]) -> str:
    return ", ".join(map(repr, classes[:5])) + (", ..." if len(classes) > 5 else "")


def _check_threshold(threshold: Any, classes: int) -> None:
    if threshold is None:
        return
    if classes != 2:
        raise ConfigError(f"threshold: a threshold decides between two classes, got {classes}; leave it out")
    if isinstance(threshold, str):
        if threshold not in DECISIONS:
            raise ConfigError(f"threshold: expected a number or one of {', '.join(DECISIONS)}, got {threshold!r}")
    elif isinstance(threshold, bool) or not 0 <= threshold <= 1:
        raise ConfigError(f"threshold: expected a probability from 0 to 1, got {threshold!r}")
