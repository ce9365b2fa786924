"""Several labels for each node, of which it may have any number (ogbn-proteins' kind)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Self

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.nn.devices import constant
from gnn2mlp.tasks._base import Metric, NamedTask, check_names
from gnn2mlp.tasks.answers import DEFAULT_THRESHOLD, LabelAnswers
from gnn2mlp.tasks.metrics import DECISIONS, average_precision, best_threshold, mean_over, roc_auc

# Metrics of the scores of one label, and which rows have it.
_OF_A_LABEL: Mapping[str, Callable[[Tensor, Tensor], float]] = {
    "roc_auc": roc_auc,
    "average_precision": average_precision,
}


class MultiLabel(NamedTask):
    """Of several labels any number for each node; labels are float (nodes, labels), 0 or 1, NaN where unknown.

    The loss is the negative log-likelihood of independent labels, L_i = Σ_l BCE(σ(z_l), y_l) over the labels that are
    known; soft labels are matched by Σ_l KL(Bernoulli(p_l) ‖ Bernoulli(q_l)).

    Args:
        names: of the labels, in the order of the outputs.
        metric: chooses the epoch: `"roc_auc"` or `"average_precision"`, means over labels that have both values, or
            `"macro_f1"`, `"micro_f1"`.
        pos_weight: weight of the ones against the zeros: of each label, as `torch.nn.BCEWithLogitsLoss` takes it, or
            `"balanced"`, zeros / ones among the training labels.
        threshold: probability from which a row has a label, for all or for each; or what it is to maximise on the
            validation nodes, for each label: `"f1"`, `"balanced_accuracy"` or `"accuracy"`. Default: 0.5.

    Raises:
        ConfigError: for a name that is given twice, or an option that cannot be.

    Example:
        >>> import numpy as np
        >>> import torch
        >>> task = MultiLabel(["red", "round"])
        >>> labels = torch.tensor([[1.0, 0.0], [0.0, float("nan")]])
        >>> (task.loss(torch.zeros(2, 2), labels) / np.log(2)).round().tolist()
        [2.0, 1.0]
        >>> task.predict(torch.tensor([[2.0, -1.0]])).tolist()
        [[1, 0]]
    """

    name = "multi_label"
    citation = "Hu et al., Open Graph Benchmark: Datasets for Machine Learning on Graphs, NeurIPS 2020"
    outputs_called = "labels"
    averaged_as = "labels"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "roc_auc": Metric("ROC-AUC", lambda task, output, labels: task.by_label(roc_auc, output, labels)),
        "average_precision": Metric(
            "average precision", lambda task, output, labels: task.by_label(average_precision, output, labels)
        ),
        "macro_f1": Metric("macro F1", lambda task, output, labels: task.f1(output, labels, by_label=True)),
        "micro_f1": Metric("micro F1", lambda task, output, labels: task.f1(output, labels, by_label=False)),
    }

    def __init__(
        self,
        names: Any,
        metric: str = "roc_auc",
        pos_weight: str | float | Sequence[float] | None = None,
        threshold: str | float | Sequence[float] | None = None,
    ):
        self.names = check_names(names, "names")
        self.metric = metric
        self.pos_weight = _each("pos_weight", pos_weight, self.num_outputs, ("balanced",), 0, float("inf"))
        self.threshold = _each("threshold", threshold, self.num_outputs, DECISIONS, 0, 1)
        self.check_metric()

    @property
    def answers(self) -> LabelAnswers:
        """Ones and zeros, by the thresholds."""
        return LabelAnswers(self.names, None if isinstance(self.threshold, str) else self.threshold)

    def loss(self, output: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """Binary cross-entropy in nats, its sum over the known labels of each row."""
        if self.pos_weight == "balanced":
            raise ConfigError(
                "pos_weight='balanced' is counted on training labels: take the loss of task.fitted(labels)"
            )
        there = ~labels.isnan()
        ones = None if self.pos_weight is None else constant(self.pos_weight, output)
        truth = labels.where(there, 0).to(output.dtype)
        each = F.binary_cross_entropy_with_logits(output, truth, pos_weight=ones, reduction="none")
        summed = each.where(there, 0).sum(-1)
        return summed if weight is None else summed * weight

    def divergence(self, teacher: Tensor, student: Tensor, temperature: float = 1.0) -> Tensor:
        """Σ_l KL(Bernoulli(p_l) ‖ Bernoulli(q_l)) in nats (rows,)."""
        t, s = teacher / temperature, student / temperature
        p = t.sigmoid()
        # log σ(t) - log σ(s) weighs the ones, log σ(-t) - log σ(-s) the zeros: no probability is rounded to 0 or 1.
        ones, zeros = F.logsigmoid(t) - F.logsigmoid(s), F.logsigmoid(-t) - F.logsigmoid(-s)
        divergence: Tensor = (p * ones + (1 - p) * zeros).sum(-1)
        return divergence

    def expected(self, output: Tensor) -> Tensor:
        """The probability of each label."""
        return output.sigmoid()

    def mean_output(self, outputs: Tensor) -> Tensor:
        """Logarithms of the odds of the mean probabilities."""
        return F.logsigmoid(outputs).logsumexp(0) - F.logsigmoid(-outputs).logsumexp(0)

    def check_labels(self, labels: Any, count: int, where: str) -> Tensor:
        """Float32 (units, labels): 0, 1 or NaN, at least one known."""
        found = super().check_labels(labels, count, where)
        if bool(((found != 0) & (found != 1) & ~found.isnan()).any()):
            wrong = found[(found != 0) & (found != 1) & ~found.isnan()][0].item()
            raise DataError(
                f"{where}: several labels are given as 1 and 0, NaN for unknown, got {wrong:g}; correct them"
            )
        return found

    def fitted(self, labels: Tensor) -> Self:
        """With a number for each label as the weight of its ones."""
        if self.pos_weight != "balanced":
            return self
        ones = (labels == 1).sum(0).double()
        weights = (labels == 0).sum(0).double() / ones.clamp(min=1)
        return self._with(pos_weight=weights.where(ones > 0, 1.0).tolist())

    def with_threshold(self, output: Tensor, labels: Tensor) -> Self:
        """With the threshold of each label that maximises what `threshold` names; 0.5 where a value does not occur."""
        if not isinstance(self.threshold, str):
            return self
        chosen = [
            best_threshold(probability, positive, self.threshold) if both else DEFAULT_THRESHOLD
            for probability, positive, both in _known_rows(output.double().sigmoid(), labels)
        ]
        return self._with(threshold=chosen)

    def check_split(self, train: Tensor, valid: Tensor, where: str) -> None:
        """Raise `DataError` unless some label takes both values, in training and in validation."""
        for part, labels in (("training", train), ("validation", valid)):
            if not bool(((labels == 1).any(0) & (labels == 0).any(0)).any()):
                raise DataError(
                    f"{where}: expected a label that some {part} {self.unit}s have and others do not, got none; "
                    f"there is nothing to tell apart: label more {self.unit}s"
                )

    def agreement(self, student: Tensor, teacher: Tensor) -> float:
        """Share of answers, over rows and labels, that are the same."""
        return (self.decide(student) == self.decide(teacher)).double().mean().item()

    def decide(self, output: Tensor) -> Tensor:
        """Which labels each row has, bool (rows, labels), as it will be answered."""
        settled = self.threshold is not None and not isinstance(self.threshold, str)
        return output.sigmoid() >= (output.new_tensor(self.threshold) if settled else DEFAULT_THRESHOLD)

    def by_label(self, metric: Any, output: Tensor, labels: Tensor) -> float:
        """Mean of `metric` over labels with both values; NaN without any."""
        known = _known_rows(output, labels)
        return mean_over([metric(score, positive) if both else torch.nan for score, positive, both in known])

    def scores_by_label(self, output: Tensor, labels: Tensor) -> tuple[str, list[float | None]]:
        """How well each label is ranked: the name of a metric, and its value of each, `None` where it does not vary.

        The metric is the task's own if that is a mean over labels, else ROC-AUC.

        Example:
            >>> labels = torch.tensor([[1.0, 1.0], [0.0, 1.0]])
            >>> MultiLabel(["red", "round"]).scores_by_label(torch.tensor([[2.0, 0.0], [0.0, 1.0]]), labels)
            ('roc_auc', [1.0, None])
        """
        name = self.metric if self.metric in _OF_A_LABEL else "roc_auc"
        known = _known_rows(output, labels)
        return name, [_OF_A_LABEL[name](score, positive) if both else None for score, positive, both in known]

    def f1(self, output: Tensor, labels: Tensor, *, by_label: bool) -> float:
        """2 TP / (2 TP + FP + FN): its mean over labels that occur, or of all labels taken together."""
        said = self.decide(output) & ~labels.isnan()
        right = (said & (labels == 1)).double().sum(0)
        both = said.double().sum(0) + (labels == 1).double().sum(0)
        if not by_label:
            right, both = right.sum(0, keepdim=True), both.sum(0, keepdim=True)
        return (2 * right / both)[both > 0].mean().item()


def _known_rows(scores: Tensor, labels: Tensor) -> Iterator[tuple[Tensor, Tensor, bool]]:
    """For each label the scores (rows,) of the rows where it is known, which of them have it, and if it varies."""
    for score, truth in zip(scores.unbind(1), labels.unbind(1), strict=True):
        there = ~truth.isnan()
        positive = truth[there] == 1
        yield score[there], positive, bool(positive.any()) and not bool(positive.all())


def _each(option: str, given: Any, count: int, words: Sequence[str], low: float, high: float) -> Any:
    """A number for each label, or as it was said."""
    if given is None or (isinstance(given, str) and given in words):
        return given
    expected = f"a number from {low:g} to {high:g}, {count} of them, or one of {', '.join(words)}"
    values = [given] * count if isinstance(given, int | float) else list(given) if isinstance(given, Sequence) else []
    if len(values) != count or not all(isinstance(v, int | float) and low <= v <= high for v in values):
        raise ConfigError(f"{option}: expected {expected}, got {given!r}")
    return [float(value) for value in values]
