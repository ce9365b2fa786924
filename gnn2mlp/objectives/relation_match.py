"""How alike the rows of a batch are to each other, in the teacher's eyes, matched by the student."""

from typing import Literal

import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._grams import gram_gap


class RelationMatch(Objective):
    """L = ‖Ĥ_S Ĥ_Sᵀ - Ĥ_T Ĥ_Tᵀ‖²_F / B², the mean over pairs of the B rows of a batch of (cos_S - cos_T)².

    Rows of Ĥ have unit length, so that an entry of ĤĤᵀ is the cosine of two rows. Student and teacher may have layers
    of any widths; nothing is projected. With sample weights a pair counts as the product of its rows' weights.

    On the board (`benchmarks/OBJECTIVES.md`) no difference to soft labels alone was found.

    Args:
        of: `"hidden"`, activations that enter the last layer, which goes with every task; or `"probabilities"` of the
            classes.

    Example:
        >>> import torch
        >>> from gnn2mlp.knowledge import TeacherKnowledge
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(2), {"hidden": torch.tensor([[1.0], [2.0]])})  # the same direction
        >>> student = MLPOutput(torch.zeros(2, 2), torch.eye(2))  # a right angle
        >>> batch = Batch(torch.arange(2), torch.tensor([-1, -1]), tables={"teacher": teacher}, answer=student)
        >>> round(RelationMatch()(batch).item(), 4)  # two of four pairs are off by 1
        0.5
    """

    name = "relation_match"
    citation = (
        "Tung and Mori, Similarity-Preserving Knowledge Distillation, ICCV 2019; "
        "Park et al., Relational Knowledge Distillation, CVPR 2019"
    )
    departures = (
        "Rows, not rows of the Gram matrix, are scaled to unit length (Tung and Mori), so that an entry is a cosine; "
        "pairs alone, without the distances and triples of Park et al."
    )
    needs = frozenset({"hidden"})
    couples_rows = True

    def __init__(self, of: Literal["hidden", "probabilities"] = "hidden"):
        super().__init__()
        self.of = of
        self.speaks_of_classes = of == "probabilities"
        self.needs = frozenset({"logits"} if self.speaks_of_classes else {"hidden"})

    def forward(self, batch: Batch) -> Tensor:
        """Mean squared difference of cosines, in 0..4."""
        if self.of == "probabilities":
            student, teacher = batch.output.logits.softmax(-1), batch.knowledge("logits").softmax(-1)
        else:
            student, teacher = batch.output.hidden, batch.knowledge("hidden")
        ours, theirs = F.normalize(student, dim=-1), F.normalize(teacher.to(student.dtype), dim=-1)
        return gram_gap(ours, theirs, batch.weights)
