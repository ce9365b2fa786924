"""Soft labels of few classes a row, drawn by the teacher's probabilities."""

from torch import Tensor

from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch


class SampledLabels(Objective):
    """L = -mean over rows of Σ_k r_k log q_c(k), r_k the share of the draws that fell on class c(k) (RS-KD).

    The teacher draws `export.class_draws` classes of each row by its probabilities, with replacement, and writes down
    which and how often: r is unbiased, and so is the gradient, which is that of `soft_labels` at temperature 1 in
    expectation. The most probable classes alone would be biased: they make students too sure. It pays where classes are
    many: a row takes 8 bytes for each different class that was drawn, in place of 4 for every class.

    On the board (`benchmarks/OBJECTIVES.md`), with six and seven classes, it is no better than whole soft labels, and
    worse on seen nodes of cpf-citeseer, as is to be expected: there the draws only add noise.

    Example:
        >>> import torch
        >>> from gnn2mlp.knowledge import TeacherKnowledge
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> drawn = {"class_indices": torch.tensor([[2, 0]]).int(), "class_probabilities": torch.tensor([[0.75, 0.25]])}
        >>> student = MLPOutput(torch.zeros(1, 4), torch.zeros(1, 1))
        >>> tables = {"teacher": TeacherKnowledge(torch.arange(1), drawn)}
        >>> batch = Batch(torch.arange(1), torch.tensor([-1]), tables=tables, answer=student)
        >>> round(SampledLabels()(batch).item(), 4)  # log 4
        1.3863
    """

    name = "sampled_labels"
    citation = (
        "Anshumann et al., Sparse Logit Sampling: Accelerating Knowledge Distillation in LLMs, ACL 2025, "
        "arXiv 2503.16870"
    )
    departures = "Draws are by the probabilities themselves: other proposals of importance sampling are left out."
    needs = frozenset({"class_indices", "class_probabilities"})
    speaks_of_classes = True
    vanishes = False

    def forward(self, batch: Batch) -> Tensor:
        """Mean cross-entropy in nats."""
        log_q = batch.output.logits.log_softmax(-1).gather(1, batch.knowledge("class_indices").long())
        return batch.mean(-(batch.knowledge("class_probabilities") * log_q).sum(1))
