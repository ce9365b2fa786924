"""The teacher's class distribution, matched by the student."""

from torch import Tensor

from gnn2mlp.core.limits import check_positive
from gnn2mlp.objectives._base import Batch, Objective
from gnn2mlp.objectives._divergence import kl_divergence


class SoftLabels(Objective):
    """L = τ² · mean over rows of KL(p^τ ‖ q^τ), teacher p, student q (Hinton et al., 2015; GLNN with τ = 1).

    The factor τ² keeps the size of the gradient as τ grows; at GLNN's τ = 1 it is 1.

    Args:
        temperature: τ, divides both logits.
    """

    name = "soft_labels"
    citation = "Zhang et al., Graph-less Neural Networks, ICLR 2022, equation 1, second term"
    requires = frozenset({"logits"})

    def __init__(self, temperature: float = 1.0):
        super().__init__()
        check_positive("soft_labels", temperature=temperature)
        self.temperature = temperature

    def forward(self, batch: Batch) -> Tensor:
        """Mean divergence in nats, times τ²."""
        divergence = kl_divergence(batch.knowledge("logits"), batch.output.logits, self.temperature)
        return self.temperature**2 * divergence.mean()
