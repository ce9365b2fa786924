"""Whether two nodes are linked."""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.nn.averaged import Outputs
from gnn2mlp.tasks._base import Metric, Task
from gnn2mlp.tasks.answers import LabelAnswers
from gnn2mlp.tasks.metrics import average_precision, roc_auc
from gnn2mlp.tasks.ranking import hits, mrr, spearman

# The k of each metric that cannot do with fewer negatives.
_HITS = {"hits@20": 20, "hits@50": 50}


class LinkPrediction(Task):
    """Whether a pair of nodes is linked; outputs are logarithms of odds, labels float 1, 0, or NaN where unknown.

    L_p = -y_p log σ(s_p) - (1 - y_p) log σ(-s_p) in nats. Outputs and labels are (pairs, 1) or (pairs,).

    Metrics compare the pairs of label 1 with all pairs of label 0 that they are given, by the conventions of OGB:
    Hits@20 and Hits@50, the mean reciprocal rank, ROC-AUC and average precision. A metric of more negatives than there
    are is NaN in `scores`, and an error in `score`, which chooses the epoch.

    Args:
        metric: chooses the epoch: `"auc"`, `"hits@20"`, `"hits@50"`, `"mrr"` or `"average_precision"`.

    Raises:
        ConfigError: for a metric that there is not.

    Example:
        >>> import torch
        >>> task = LinkPrediction()
        >>> scores, links = torch.tensor([2.0, 0.5, -1.0, 1.0]), torch.tensor([1.0, 1.0, 0.0, 0.0])
        >>> task.score(scores, links)
        0.75
        >>> task.scores(scores, links)["mrr"]
        0.75
        >>> task.probabilities(scores[1:2, None]).round(2)
        array([[0.62]], dtype=float32)
    """

    name = "link"
    citation = "Hu et al., Open Graph Benchmark: Datasets for Machine Learning on Graphs, NeurIPS 2020"
    unit = "pair"
    outputs_called = "score"
    averaged_as: ClassVar[Outputs] = "labels"
    metrics: ClassVar[Mapping[str, Metric]] = {
        "auc": Metric("ROC-AUC", lambda task, output, labels: roc_auc(*_ranked(output, labels))),
        "hits@20": Metric("Hits@20", lambda task, output, labels: hits(*_apart(output, labels), 20)),
        "hits@50": Metric("Hits@50", lambda task, output, labels: hits(*_apart(output, labels), 50)),
        "mrr": Metric("MRR", lambda task, output, labels: mrr(*_apart(output, labels)), share=False),
        "average_precision": Metric(
            "average precision", lambda task, output, labels: average_precision(*_ranked(output, labels))
        ),
    }

    def __init__(self, metric: str = "auc"):
        self.metric = metric
        self.check_metric()

    @property
    def num_outputs(self) -> int:
        """One: the logarithm of the odds of a link."""
        return 1

    @property
    def answers(self) -> LabelAnswers:
        """The probability of a link, and 1 where it is at least one half."""
        return LabelAnswers(["link"])

    def loss(self, output: Tensor, labels: Tensor, weight: Tensor | None = None) -> Tensor:
        """Binary cross-entropy (pairs,) in nats."""
        logits, truth = output.reshape(-1), labels.reshape(-1).to(output.dtype)
        there = ~truth.isnan()
        each = F.binary_cross_entropy_with_logits(logits, truth.where(there, 0), reduction="none").where(there, 0)
        return each if weight is None else each * weight

    def divergence(self, teacher: Tensor, student: Tensor, temperature: float = 1.0) -> Tensor:
        """KL(Bernoulli(p) ‖ Bernoulli(q)) in nats (pairs,)."""
        t, s = teacher.reshape(-1) / temperature, student.reshape(-1) / temperature
        p = t.sigmoid()
        # Logarithms of both sides, as a probability near 1 would be rounded to it; a rounded sum may fall below 0.
        divergence = p * (F.logsigmoid(t) - F.logsigmoid(s)) + (1 - p) * (F.logsigmoid(-t) - F.logsigmoid(-s))
        return divergence.clamp(min=0)

    def expected(self, output: Tensor) -> Tensor:
        """The probability of a link."""
        return output.sigmoid()

    def mean_output(self, outputs: Tensor) -> Tensor:
        """Logarithms of the odds of the mean probabilities."""
        return F.logsigmoid(outputs).logsumexp(0) - F.logsigmoid(-outputs).logsumexp(0)

    def check_labels(self, labels: Any, count: int, where: str) -> Tensor:
        """Float32 (pairs, 1): 0, 1 or NaN, at least one known; `None`, as nodes have it, is NaN for each."""
        if labels is None:
            return torch.full((count, 1), self.blank)
        found = super().check_labels(labels, count, where)
        if bool(((found != 0) & (found != 1) & ~found.isnan()).any()):
            wrong = found[(found != 0) & (found != 1) & ~found.isnan()][0].item()
            raise DataError(f"{where}: expected 1 for a link, 0 for none and NaN for unknown, got {wrong:g}")
        return found

    def known(self, labels: Tensor) -> Tensor:
        """Bool (pairs,): of which it is known whether they are linked."""
        return ~labels.isnan().reshape(-1)

    def scores(self, output: Tensor, labels: Tensor) -> dict[str, float]:
        """Every metric by name; NaN for Hits@k where there are fewer than k negatives."""
        known = self.known(labels)
        output, labels = output[known], labels[known]
        negatives = int((labels == 0).sum())
        return {
            name: one.value(self, output, labels) if negatives >= _HITS.get(name, 0) else torch.nan
            for name, one in self.metrics.items()
        }

    def check_negatives(self, negatives: int, where: str) -> None:
        """Raise `DataError` if the metric that chooses the epoch asks for more negatives than there are.

        Args:
            negatives: how many there are.
            where: for the message.
        """
        if (needed := _HITS.get(self.metric, 1)) > negatives:
            raise DataError(
                f"{where}: the metric {self.metric!r} needs at least {needed} negative pairs, got {negatives}; draw "
                "more for each positive (split.negatives), or set task.metric=auc"
            )

    def agreement(self, student: Tensor, teacher: Tensor) -> float:
        """Spearman's correlation of ranks over the pairs; NaN where one of them says the same of all."""
        return spearman(student.reshape(-1), teacher.reshape(-1))


def _ranked(output: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Scores (pairs,), and which pairs are linked."""
    return output.reshape(-1), labels.reshape(-1) == 1


def _apart(output: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Scores of the pairs that are linked, and of those that are not."""
    scores, linked = _ranked(output, labels)
    return scores[linked], scores[~linked]
