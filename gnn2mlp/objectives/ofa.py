"""Soft labels whose share of the true class is raised."""

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._targets import target_classes


class OFA(Objective):
    """L = -mean over rows of Σ_c ((p_c + 1[c = y])^ε - 1[c = y]) log q_c, teacher p, student q (OFA-KD).

    y is the training label, or the teacher's likeliest class where there is none. With ε = 1 it is the cross-entropy of
    soft labels, whose gradient is that of `soft_labels`; a larger ε asks for more of the true class the surer of it the
    teacher is, (1 + p_y)^ε - 1, and for less of the others, p_c^ε.

    On the board (`benchmarks/OBJECTIVES.md`) no gain over soft labels was found.

    Args:
        epsilon: ε, at least 1; the paper chooses from 1 to 1.5.
        temperature: divides both logits; no factor τ².

    Example:
        >>> from gnn2mlp.knowledge import TeacherKnowledge
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(1), {"logits": torch.zeros(1, 2)})  # one half each
        >>> student = MLPOutput(torch.zeros(1, 2), torch.zeros(1, 1))
        >>> batch = Batch(torch.arange(1), torch.tensor([0]), tables={"teacher": teacher}, answer=student)
        >>> round(OFA(epsilon=2)(batch).item() / torch.tensor(2.0).log().item(), 4)  # (1.5² - 1) + 0.5² = 1.5
        1.5
    """

    name = "ofa"
    citation = (
        "Hao et al., One-for-All: Bridge the Gap Between Heterogeneous Architectures in Knowledge Distillation, "
        "NeurIPS 2023, arXiv 2310.19444"
    )
    departures = (
        "The student's own head alone: the paper adds a branch with a head of its own to each stage of a deep student, "
        "and a shallow MLP has no stages. Rows without label take the teacher's likeliest class for y."
    )
    needs = frozenset({"logits"})
    speaks_of_classes = True
    vanishes = False

    def __init__(self, epsilon: float = 1.5, temperature: float = 1.0):
        super().__init__()
        check_at_least("ofa", 1, epsilon=epsilon)
        check_positive("ofa", temperature=temperature)
        self.epsilon = epsilon
        self.temperature = temperature

    def forward(self, batch: Batch) -> Tensor:
        """Mean cross-entropy in nats against targets that need not add up to 1."""
        teacher, student = batch.knowledge("logits"), batch.output.logits
        true = torch.zeros_like(teacher).scatter(1, target_classes(batch, teacher)[:, None], 1.0)
        target = ((teacher / self.temperature).softmax(-1) + true).pow(self.epsilon) - true
        return batch.mean(-(target * (student / self.temperature).log_softmax(-1)).sum(1))
