"""The supervised loss of a second head on the student's hidden layer."""

from collections.abc import Mapping

from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.linear import Linear
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._needs import TEACHER


class LabelHead(Objective):
    """L = mean over labelled rows of the task's loss of A h_S + b, h_S what enters the student's last layer.

    Labels and the teacher's soft labels pull one head in different directions; here labels have a head of their own, an
    affine map (A, b), and reach what both share alone (DHO). The head is left behind when the student ships: the method
    `dho` ships the average of both heads. Of the teacher's logits their width is read, and no value.

    It has not been on the board (`benchmarks/OBJECTIVES.md`) yet.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> teacher = TeacherKnowledge(torch.arange(2), {"logits": torch.zeros(2, 4)})
        >>> term = LabelHead()
        >>> term.prepare({"teacher": teacher}, hidden=3)
        >>> student = MLPOutput(torch.zeros(2, 4), torch.zeros(2, 3))
        >>> batch = Batch(torch.arange(2), torch.tensor([3, -1]), tables={"teacher": teacher}, answer=student)
        >>> _ = term.head.bias.data.zero_()
        >>> round(term(batch).item(), 4)  # log 4
        1.3863
    """

    name = "label_head"
    citation = (
        "Kang et al., Simple yet Effective Semi-supervised Knowledge Distillation from Vision-Language Models via "
        "Dual-Head Optimization, 2025, arXiv 2505.07675"
    )
    departures = "By itself it only shapes the layers that both heads share; the paper answers with both: method dho."
    needs = frozenset({"logits"})
    row_set = "labelled"
    vanishes = False

    def prepare(self, tables: Mapping[str, TeacherKnowledge], hidden: int) -> None:
        """Build the head, from the student's hidden width to the number of outputs."""
        if TEACHER not in tables:
            raise ConfigError("label_head: expected knowledge with logits, got none; name a teacher")
        self.head = Linear(hidden, tables[TEACHER]["logits"].size(1))

    def forward(self, batch: Batch) -> Tensor:
        """Mean loss, in nats where outputs are probabilities."""
        batch.knowledge("logits")  # to be there; its width was read in `prepare`
        losses = batch.task.loss(self.head(batch.output.hidden), batch.labels)
        return batch.mean(losses, batch.task.known(batch.labels))
