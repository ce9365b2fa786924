"""Both Kullback-Leibler divergences, of which the one that a row lacks counts more."""

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch


class BDKD(Objective):
    """L = τ² · mean over rows of δ_i KL(p ‖ q) + ν_i KL(q ‖ p), teacher p, student q (BD-KD).

    KL(q ‖ p) makes a student surer, KL(p ‖ q) makes it cover what the teacher finds possible. Of a row on which the
    student is less sure than the teacher, entropy H(q) > H(p), the former counts more: δ = 1, ν = `raised`; of others
    the latter: δ = `raised`, ν = 1. Which row is which is taken as it stands, without gradient.

    On the board (`benchmarks/OBJECTIVES.md`) no gain over soft labels was found.

    Args:
        raised: the larger of the two weights.
        temperature: τ, divides both logits.

    Example:
        >>> from gnn2mlp.knowledge import TeacherKnowledge
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(1), {"logits": torch.zeros(1, 2)})
        >>> student = MLPOutput(torch.zeros(1, 2), torch.zeros(1, 1))
        >>> batch = Batch(torch.arange(1), torch.tensor([-1]), tables={"teacher": teacher}, answer=student)
        >>> BDKD()(batch).item()  # they agree
        0.0
    """

    name = "bd_kd"
    citation = (
        "Amara et al., BD-KD: Balancing the Divergences for Online Knowledge Distillation, 2022, arXiv 2212.12965"
    )
    departures = (
        "The teacher is trained before (paper: together with the student). The paper weighs the divergences by sample; "
        "by which rule is our reading of it and was not compared with released code."
    )
    needs = frozenset({"logits"})
    speaks_of_classes = True

    def __init__(self, raised: float = 2.0, temperature: float = 1.0):
        super().__init__()
        check_at_least("bd_kd", 1, raised=raised)
        check_positive("bd_kd", temperature=temperature)
        self.raised = raised
        self.temperature = temperature

    def forward(self, batch: Batch) -> Tensor:
        """Mean weighted divergence in nats, times τ²."""
        log_p = (batch.knowledge("logits") / self.temperature).log_softmax(-1)
        log_q = (batch.output.logits / self.temperature).log_softmax(-1)
        p, q = log_p.exp(), log_q.exp()
        forward, reverse = (p * (log_p - log_q)).sum(1), (q * (log_q - log_p)).sum(1)
        less_sure = (q * log_q).sum(1).detach() < (p * log_p).sum(1)
        each = torch.where(less_sure, forward + self.raised * reverse, self.raised * forward + reverse)
        return self.temperature**2 * batch.mean(each)
