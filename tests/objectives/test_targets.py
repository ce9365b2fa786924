"""The class that a loss treats as the true one."""

import torch

from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives._targets import target_classes
from tests.tiny import answered


def test_labels_first_then_the_teacher() -> None:
    teacher = torch.tensor([[3.0, 0.0, 1.0], [0.0, 2.0, 1.0]])
    batch = answered(torch.arange(2), torch.tensor([2, -1]), MLPOutput(teacher, teacher))
    assert target_classes(batch, teacher).tolist() == [2, 1]
