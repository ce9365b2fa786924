"""By how much neighbours differ in each class, matched by the student."""

from torch import Tensor

from gnn2mlp.core.limits import check_positive
from gnn2mlp.nn.divergence import kl_divergence
from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch
from gnn2mlp.objectives._within import links_within


class NeighbourDifferences(Objective):
    """L = τ² · mean over edges (i, j) of KL(softmax(|t_i - t_j| / τ) ‖ softmax(|s_i - s_j| / τ)), logits t and s.

    The high-frequency part of FF-G2M (Wu et al., AAAI 2023): in which classes a node departs from its neighbours, which
    soft labels of neighbours (the low-frequency part, `reliable_neighbours(sample=False)`) smooth away. Absolute values
    are taken of each class. The factor τ² is that of `soft_labels`; the paper writes none.

    In a mini-batch an edge counts if both of its ends are in the batch, as the student has to answer for both: the
    edges of a batch are a sample of all, and the paper trains on the batch of all nodes. An edge of weight w counts as
    w edges, and in a batch with sample weights as its node i does.

    Args:
        temperature: τ, divides all differences.

    Example:
        >>> import torch
        >>> from gnn2mlp.knowledge import TeacherKnowledge
        >>> from gnn2mlp.nn.csr import CSR
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> rows = torch.arange(2)
        >>> teacher = TeacherKnowledge(rows, {"logits": torch.tensor([[3.0, 1.0], [0.0, 1.0]])})
        >>> student = MLPOutput(torch.tensor([[-1.0, 7.0], [2.0, 7.0]]), torch.zeros(2, 1))  # as far apart
        >>> edge = CSR.from_coo(rows, rows.flip(0), torch.ones(2), (2, 2))
        >>> batch = Batch(rows, rows - 2, tables={"teacher": teacher}, links={"neighbours": edge}, answer=student)
        >>> NeighbourDifferences()(batch).item()
        0.0
    """

    name = "neighbour_differences"
    citation = (
        "Wu et al., Extracting Low-/High-Frequency Knowledge from Graph Neural Networks and Injecting it into MLPs, "
        "AAAI 2023"
    )
    needs = frozenset({"logits", "neighbours"})
    speaks_of_classes = True

    def __init__(self, temperature: float = 1.0):
        super().__init__()
        check_positive(self.name, temperature=temperature)
        self.temperature = temperature

    def forward(self, batch: Batch) -> Tensor:
        """Mean divergence in nats, times τ²; 0 without any edge."""
        links = links_within(batch, self.name)
        i, j = links.row_ids(), links.indices
        teacher, student = batch.knowledge("logits"), batch.output.logits
        apart = kl_divergence(_differences(teacher, i, j), _differences(student, i, j), self.temperature)
        weight = links.values.to(apart.dtype)
        if batch.weights is not None:
            weight = weight * batch.weights[i]
        total = weight.sum()
        return self.temperature**2 * (apart * weight).sum() / total.where(total > 0, 1.0)


def _differences(logits: Tensor, i: Tensor, j: Tensor) -> Tensor:
    """|logits of i - logits of j| (edges, classes)."""
    return (logits.index_select(0, i) - logits.index_select(0, j)).abs()
