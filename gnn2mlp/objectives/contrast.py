"""A row of the student is to be found among the teacher's rows, and the other way round."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_at_least, check_positive
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.linear import Linear
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import TEACHER


class Contrast(Objective):
    """L = -½ mean over rows i of log softmax_j(⟨f_i, g_j⟩/τ)_i + log softmax_j(⟨f_j, g_i⟩/τ)_i, rows of one batch.

    f and g are learnt affine maps of the hidden layers of student and teacher to a common space, scaled to unit length;
    both are left behind when the student ships. A row's own counterpart in the other network is to be nearer than those
    of all other rows of the batch (InfoNCE). With sample weights a row counts as often among the others.

    Reads no outputs, so that it goes with every task.

    On the board (`benchmarks/OBJECTIVES.md`) no gain over soft labels alone was found.

    Args:
        embedding: width of the common space.
        temperature: τ of the cosines.

    Example:
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(1), {"hidden": torch.ones(1, 3)})
        >>> student = MLPOutput(torch.zeros(1, 2), torch.ones(1, 4))
        >>> term = Contrast()
        >>> term.prepare({"teacher": teacher}, hidden=4)
        >>> batch = Batch(torch.arange(1), torch.tensor([-1]), tables={"teacher": teacher}, answer=student)
        >>> abs(term(batch).item())  # among one row it is found
        0.0
    """

    name = "contrast"
    citation = "Tian et al., Contrastive Representation Distillation, ICLR 2020, arXiv 1910.10699"
    departures = (
        "InfoNCE over the rows of a batch (paper: noise-contrastive estimation with a critic h = e^s / (e^s + N/M) and "
        "16,384 others from a memory of all rows)."
    )
    needs = frozenset({"hidden"})
    couples_rows = True
    vanishes = False

    def __init__(self, embedding: int = 128, temperature: float = 0.07):
        super().__init__()
        check_at_least("contrast", 1, embedding=embedding)
        check_positive("contrast", temperature=temperature)
        self.embedding = embedding
        self.temperature = temperature

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build both maps to the common space."""
        if TEACHER not in tables:
            raise ConfigError("contrast: expected knowledge with a hidden layer, got none; name a teacher")
        self.ours = Linear(hidden, self.embedding)
        self.theirs = Linear(tables[TEACHER]["hidden"].size(1), self.embedding)

    def forward(self, batch: Batch) -> Tensor:
        """Mean over rows and both directions, in nats."""
        student = F.normalize(self.ours(batch.output.hidden), dim=-1)
        teacher = F.normalize(self.theirs(batch.knowledge("hidden").to(student.dtype)), dim=-1)
        alike = student @ teacher.T / self.temperature
        often = torch.zeros_like(alike[0]) if batch.weights is None else _log_share(batch.weights.to(alike.dtype))
        found = (alike + often).logsumexp(1) + (alike.T + often).logsumexp(1) - 2 * alike.diagonal()
        return batch.mean(found / 2)


def _log_share(weights: Tensor) -> Tensor:
    """Logarithms (rows,) of weights whose mean is 1."""
    return (weights / weights.mean()).clamp(min=torch.finfo(weights.dtype).tiny).log()
