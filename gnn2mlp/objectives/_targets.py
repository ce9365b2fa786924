"""Which class of a row a loss treats as the true one."""

import torch
from torch import Tensor

from gnn2mlp.objectives._batch import Batch


def target_classes(batch: Batch, teacher: Tensor) -> Tensor:
    """int64 (rows,): the training label where there is one, else the class that the teacher finds likeliest.

    Args:
        batch: its task has classes.
        teacher: logits (rows, classes).
    """
    return torch.where(batch.task.known(batch.labels), batch.labels, teacher.argmax(-1))
