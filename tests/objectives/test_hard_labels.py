"""Cross-entropy on training labels."""

import math

import pytest
import torch

from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, HardLabels
from tests.tiny import answered


def batch(logits: torch.Tensor, labels: list[int]) -> Batch:
    return answered(torch.arange(len(labels)), torch.tensor(labels), MLPOutput(logits, torch.zeros(len(labels), 1)))


def test_by_hand() -> None:
    logits = torch.tensor([[math.log(3), 0.0], [5.0, -5.0], [0.0, 0.0]])
    # q_0 = (3/4, 1/4) with label 1, q_2 = (1/2, 1/2) with label 0; row 1 has no label: (ln 4 + ln 2) / 2
    value = HardLabels()(batch(logits, [1, -1, 0]))
    assert value.item() == pytest.approx((math.log(4) + math.log(2)) / 2, rel=1e-6)


def test_unlabelled_rows_get_no_gradient() -> None:
    logits = torch.zeros(3, 2, requires_grad=True)
    HardLabels()(batch(logits, [1, -1, 0])).backward()
    # softmax minus one-hot, halved: two labelled rows
    assert logits.grad is not None
    assert torch.equal(logits.grad, torch.tensor([[0.25, -0.25], [0.0, 0.0], [-0.25, 0.25]]))


def test_is_zero_without_labels() -> None:
    assert HardLabels()(batch(torch.randn(2, 3, generator=torch.Generator().manual_seed(0)), [-1, -1])).item() == 0.0


def test_gradient() -> None:
    logits = torch.randn(4, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: HardLabels()(batch(x, [0, 2, -1, 1])), (logits,))


def test_reads_no_knowledge() -> None:
    assert HardLabels().needs == frozenset()
    assert HardLabels().row_set == "labelled"
