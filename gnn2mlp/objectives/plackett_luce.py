"""The teacher's ranking of the classes, learnt as a sequence of choices."""

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_positive
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._targets import target_classes


class PlackettLuce(Objective):
    """L = mean over rows of Σ_k α_k (log Σ_(l≥k) exp s_π(l) - s_π(k)), a likelihood of the ranking π (PLD).

    π lists the true class first (of a row without label the teacher's likeliest) and then the others as the teacher's
    scores t fall; the k-th choice is among those that are left, and counts as the teacher finds its class likely,
    α_k = softmax(t / τ)_π(k). With α = (1, 0, ...) it is cross-entropy. It takes the place of `soft_labels` and
    `hard_labels` in one.

    On the board (`benchmarks/OBJECTIVES.md`) no gain over soft labels was found.

    Args:
        temperature: τ of the weights α; the student's scores s are not divided.

    Example:
        >>> from gnn2mlp.knowledge import TeacherKnowledge
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(1), {"logits": torch.tensor([[100.0, 0.0]])})  # quite sure
        >>> student = MLPOutput(torch.zeros(1, 2), torch.zeros(1, 1))
        >>> batch = Batch(torch.arange(1), torch.tensor([-1]), tables={"teacher": teacher}, answer=student)
        >>> round(PlackettLuce()(batch).item(), 4)  # log 2, the cross-entropy of an even student
        0.6931
    """

    name = "plackett_luce"
    citation = "Bassam et al., PLD: A Choice-Theoretic List-Wise Knowledge Distillation, 2025, arXiv 2506.12542"
    departures = "Rows without label, which the paper has none of, rank the teacher's likeliest class first."
    needs = frozenset({"logits"})
    speaks_of_classes = True
    vanishes = False

    def __init__(self, temperature: float = 1.0):
        super().__init__()
        check_positive("plackett_luce", temperature=temperature)
        self.temperature = temperature

    def forward(self, batch: Batch) -> Tensor:
        """Mean negative log-likelihood in nats."""
        teacher, student = batch.knowledge("logits"), batch.output.logits
        first = target_classes(batch, teacher)[:, None]
        ranking = teacher.scatter(1, first, torch.inf).argsort(dim=1, descending=True, stable=True)
        weights = (teacher / self.temperature).softmax(-1).gather(1, ranking)
        scores = student.gather(1, ranking)
        left = scores.flip(1).logcumsumexp(1).flip(1)
        return batch.mean((weights * (left - scores)).sum(1))
