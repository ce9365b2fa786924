"""Soft labels in two parts: how likely the true class is, and how the others share the rest."""

import torch
from torch import Tensor

from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.nn.divergence import kl_divergence
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._targets import target_classes


class Decoupled(Objective):
    """L = τ² · mean over rows of α KL(b_T ‖ b_S) + β KL(r_T ‖ r_S) (DKD).

    b = (p_y, 1 - p_y) is the true class against the rest, r = p_c / (1 - p_y) the distribution among the others, both
    at temperature τ. The divergence of `soft_labels` is KL(b_T ‖ b_S) + (1 - p_y) KL(r_T ‖ r_S): where the teacher is
    sure, it says little of the others, and here β says how much they count. y is the training label, or the teacher's
    likeliest class where there is none.

    On the board (`benchmarks/OBJECTIVES.md`) no gain over soft labels alone was found.

    Args:
        target_weight: α.
        other_weight: β.
        temperature: τ.

    Example:
        >>> from gnn2mlp.knowledge import TeacherKnowledge
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(1), {"logits": torch.tensor([[0.0, 1.0, 2.0]])})
        >>> student = MLPOutput(torch.tensor([[1.0, 2.0, 3.0]]), torch.zeros(1, 1))
        >>> batch = Batch(torch.arange(1), torch.tensor([2]), tables={"teacher": teacher}, answer=student)
        >>> abs(Decoupled()(batch).item()) < 1e-6  # a constant added to all scores changes nothing
        True
    """

    name = "decoupled"
    citation = "Zhao et al., Decoupled Knowledge Distillation, CVPR 2022, arXiv 2203.08679, equation 7"
    departures = (
        "No warm-up of the term (released code: over the first 20 epochs). Rows without label take the teacher's "
        "likeliest class for the true one."
    )
    needs = frozenset({"logits"})
    speaks_of_classes = True

    def __init__(self, target_weight: float = 1.0, other_weight: float = 8.0, temperature: float = 4.0):
        super().__init__()
        check_at_least("decoupled", 0, target_weight=target_weight, other_weight=other_weight)
        check_positive("decoupled", temperature=temperature)
        self.target_weight = target_weight
        self.other_weight = other_weight
        self.temperature = temperature

    def forward(self, batch: Batch) -> Tensor:
        """Mean weighted divergence in nats, times τ²."""
        teacher, student = batch.knowledge("logits") / self.temperature, batch.output.logits / self.temperature
        true = target_classes(batch, teacher)[:, None]
        others = torch.arange(teacher.size(1) - 1, device=true.device)
        others = others + (others >= true).long()  # (rows, classes - 1): every class but the true one
        theirs, ours = teacher.gather(1, others), student.gather(1, others)
        target = kl_divergence(_against_the_rest(teacher, true, theirs), _against_the_rest(student, true, ours))
        each = self.target_weight * target + self.other_weight * kl_divergence(theirs, ours)
        return self.temperature**2 * batch.mean(each)


def _against_the_rest(scores: Tensor, true: Tensor, others: Tensor) -> Tensor:
    """Logits (rows, 2) of the true class and of all others together."""
    return torch.cat([scores.gather(1, true), others.logsumexp(1, keepdim=True)], dim=1)
