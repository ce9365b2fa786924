"""How alike the nodes of a batch are in the teacher's hidden layer, matched by the student."""

from collections.abc import Mapping

from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.linear import Linear
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._grams import gram_gap
from gnn2mlp.objectives._needs import TEACHER


class Similarity(Objective):
    """L = ‖H_T H_Tᵀ - H' H'ᵀ‖²_F / B² over the B rows of a batch, H' = ReLU(W H_S + b), H hidden activations.

    Representational similarity distillation of NOSMOG (Tian et al., ICLR 2023, equation 6). W is trained with the
    student and left behind when it ships. Rows keep their lengths, so that the value grows with the fourth power of the
    scale of the teacher's activations: the published weights run from 0.9 to 1e-9. `relation_match` compares cosines,
    which need no such weight.

    Nothing has rows x rows entries where the batch has more rows than the layers have units (`gram_gap`), so that a
    batch may be all nodes. With sample weights a pair counts as the product of its rows' weights.

    Args:
        project: `False` compares the student's own activations, without W and ReLU.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(2), {"hidden": torch.tensor([[1.0, 0.0], [0.0, 1.0]])})
        >>> student = MLPOutput(torch.zeros(2, 2), torch.ones(2, 1))
        >>> batch = Batch(torch.arange(2), torch.tensor([-1, -1]), tables={"teacher": teacher}, answer=student)
        >>> round(Similarity(project=False)(batch).item(), 4)  # two of four pairs differ by 1
        0.5
    """

    name = "similarity"
    citation = "Tian et al., Learning MLPs on Graphs (NOSMOG), ICLR 2023, equation 6"
    needs = frozenset({"hidden"})
    couples_rows = True

    def __init__(self, project: bool = True):
        super().__init__()
        self.project = project

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build the projection from the student's hidden width to the teacher's.

        Raises:
            ConfigError: if there is no table.
        """
        if TEACHER not in tables:
            raise ConfigError("similarity: expected knowledge with a hidden layer, got none; name a teacher")
        if self.project:
            self.projection = Linear(hidden, tables[TEACHER]["hidden"].size(1))

    def forward(self, batch: Batch) -> Tensor:
        """Mean squared difference over pairs of rows."""
        teacher, student = batch.knowledge("hidden"), batch.output.hidden
        if self.project:
            student = self.projection(student).relu()
        return gram_gap(student, teacher.to(student.dtype), batch.weights)
