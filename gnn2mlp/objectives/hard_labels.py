"""The supervised loss on training labels."""

from torch import Tensor

from gnn2mlp.objectives._base import Objective
from gnn2mlp.objectives._batch import Batch


class HardLabels(Objective):
    """L = mean over labelled rows of the task's loss; zero in a batch without labels.

    Of classes that is -log q_y with q = softmax(student logits), of several labels the sum of their binary
    cross-entropies, of numbers the squared error.

    Example:
        >>> import torch
        >>> from gnn2mlp.nn.mlp import MLPOutput
        >>> student = MLPOutput(torch.zeros(2, 4), torch.zeros(2, 1))
        >>> batch = Batch(torch.arange(2), torch.tensor([3, -1]), answer=student)  # the second has no label
        >>> round(HardLabels()(batch).item(), 4)  # log 4
        1.3863
    """

    name = "hard_labels"
    citation = "Zhang et al., Graph-less Neural Networks, ICLR 2022, equation 1, first term"
    row_set = "labelled"

    def forward(self, batch: Batch) -> Tensor:
        """Mean loss, in nats where outputs are probabilities."""
        losses = batch.task.loss(batch.output.logits, batch.labels)
        return batch.mean(losses, batch.task.known(batch.labels))
