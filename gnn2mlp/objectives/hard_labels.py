"""Cross-entropy on training labels."""

import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch


class HardLabels(Objective):
    """L = mean over labelled rows of -log q_y, with q = softmax(student logits); zero in a batch without labels."""

    name = "hard_labels"
    citation = "Zhang et al., Graph-less Neural Networks, ICLR 2022, equation 1, first term"
    row_set = "labelled"

    def forward(self, batch: Batch) -> Tensor:
        """Mean cross-entropy in nats."""
        known = batch.labels >= 0
        if batch.weights is not None:
            losses = F.cross_entropy(batch.output.logits, batch.labels, ignore_index=-1, reduction="none")
            return batch.mean(losses, known)
        total = F.cross_entropy(batch.output.logits, batch.labels, ignore_index=-1, reduction="sum")
        return total / known.sum().clamp(min=1)
