"""The teacher's soft assignment of a node to the codes of its codebook, matched by the student."""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.limits import check_positive
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.linear import Linear
from gnn2mlp.nn.quantizer import code_logits
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import TEACHER


class CodeAssignments(Objective):
    """L = τ² · mean over rows of KL(r_T ‖ r_S), r = softmax(-‖u - e_k‖²/τ) over the teacher's K code vectors.

    The student's u is a linear projection of its last hidden activations, trained with it and left behind when it
    ships. Codebook, τ and geometry are those that the teacher wrote down, so both assignments live in one space; row i
    of the batch meets the codes of node i. The released code of VQGraph compares a Euclidean student with a cosine
    teacher, reads the codes of other nodes unless training visits them in order, and passes probabilities as a log
    target.

    The teacher's row holds its most probable codes only. All others count as one class, with the probability that the
    row lacks to 1: the divergence is that of the assignments with these codes merged, zero where they agree and at most
    the full one (data processing inequality).

    Args:
        temperature: of the student's assignment; default: the teacher's. Another one makes the student's geometry
            sharper or blunter than the teacher's. The factor is τ² of this one.
    """

    name = "code_assignments"
    citation = "Yang et al., VQGraph, ICLR 2024, equation 6"
    needs = frozenset({"codebook", "code_indices", "code_probabilities", "code_temperature", "code_unit_length"})

    def __init__(self, temperature: float | None = None):
        super().__init__()
        if temperature is not None:
            check_positive("code_assignments", temperature=temperature)
        self.temperature = temperature

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build the projection from the student's hidden width to that of the codes; read the geometry, once."""
        if TEACHER not in tables:
            raise ConfigError("code_assignments: expected knowledge with a codebook, got none; name a teacher")
        tables[TEACHER].require(self.needs)
        self.projection = Linear(hidden, tables[TEACHER]["codebook"].size(1))
        self.unit_length = bool(tables[TEACHER]["code_unit_length"])

    def forward(self, batch: Batch) -> Tensor:
        """Mean divergence in nats, times τ²."""
        teacher_tau = batch.knowledge("code_temperature")
        tau = teacher_tau if self.temperature is None else torch.full_like(teacher_tau, self.temperature)
        u, codebook = self.projection(batch.output.hidden), batch.knowledge("codebook")
        batch.knowledge("code_unit_length")  # to be there; what it says was read in `prepare`, where no GPU waits
        placed = F.normalize(u, dim=-1) if self.unit_length else u
        log_r = code_logits(placed, codebook, tau).log_softmax(-1)
        indices, probabilities = batch.knowledge("code_indices").long(), batch.knowledge("code_probabilities")
        value: Tensor = tau**2 * batch.mean(truncated_divergence(probabilities, log_r.gather(1, indices)))
        return value


def truncated_divergence(teacher: Tensor, log_student: Tensor) -> Tensor:
    """KL (rows,) in nats between two distributions of which only some entries are given.

    The entries that are not given are merged into one, whose probability is what a row lacks to 1.

    Args:
        teacher: probabilities (rows, top).
        log_student: logarithms (rows, top) of the student's probabilities of the same entries.
    """
    kept: Tensor = (torch.special.xlogy(teacher, teacher) - teacher * log_student).sum(1)
    rest = (1 - teacher.sum(1)).clamp(min=0)
    student_rest = (1 - log_student.exp().sum(1)).clamp(min=1e-7)
    merged: Tensor = torch.special.xlogy(rest, rest) - rest * student_rest.log()
    return kept + merged
