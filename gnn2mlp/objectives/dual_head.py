"""The teacher's scores themselves, matched by a second head on the student's hidden layer."""

import math
from collections.abc import Mapping

import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_positive
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.linear import Linear
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import TEACHER


class DualHead(Objective):
    """L = τ² · mean over rows of Σ_c KL((½, ½) ‖ (σ(d_c/τ), σ(-d_c/τ))), d = second head's scores - teacher's (DHKD).

    Probabilities are the same whatever is added to all scores of a row: what the scores say beyond them is lost on
    `soft_labels`. The second head, an affine map of the last hidden layer, is pulled to the scores themselves, each on
    its own, and left behind when the student ships; the first one learns from the other terms of a composition. One
    head for both collapses, as the paper shows.

    On the board (`benchmarks/OBJECTIVES.md`) no gain over soft labels alone was found.

    Args:
        temperature: τ, divides differences of scores.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(1), {"logits": torch.tensor([[1.0, 5.0]])})
        >>> term = DualHead()
        >>> term.prepare({"teacher": teacher}, hidden=2)
        >>> _ = term.head.weight.data.copy_(torch.eye(2)), term.head.bias.data.zero_()
        >>> student = MLPOutput(torch.zeros(1, 2), torch.tensor([[1.0, 5.0]]))
        >>> batch = Batch(torch.arange(1), torch.tensor([-1]), tables={"teacher": teacher}, answer=student)
        >>> abs(term(batch).item()) < 1e-6
        True
    """

    name = "dual_head"
    citation = (
        "Yang et al., Dual-Head Knowledge Distillation: Enhancing Logits Utilization with an Auxiliary Head, 2024, "
        "arXiv 2411.08937"
    )
    departures = "Gradients of the two heads are added as they are: the paper's option to align them is left out."
    needs = frozenset({"logits"})
    vanishes = False

    def __init__(self, temperature: float = 2.0):
        super().__init__()
        check_positive("dual_head", temperature=temperature)
        self.temperature = temperature

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build the second head, from the student's hidden width to the teacher's scores."""
        if TEACHER not in tables:
            raise ConfigError("dual_head: expected knowledge with logits, got none; name a teacher")
        self.head = Linear(hidden, tables[TEACHER]["logits"].size(1))

    def forward(self, batch: Batch) -> Tensor:
        """Mean divergence in nats, times τ²."""
        apart = (self.head(batch.output.hidden) - batch.knowledge("logits")) / self.temperature
        # KL((½, ½) ‖ (σ, 1 - σ)) = -log 2 - (log σ(d) + log σ(-d)) / 2 = log cosh(d / 2)
        half = apart.abs() / 2
        divergence = half + F.softplus(-2 * half) - math.log(2)
        return self.temperature**2 * batch.mean(divergence.sum(-1))
