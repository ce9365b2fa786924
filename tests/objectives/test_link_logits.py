"""Logits matched pair by pair."""

from dataclasses import replace

import pytest
import torch

from gnn2mlp.objectives import LinkLogits
from tests.linked import link_batch


def test_it_is_the_mean_squared_difference() -> None:
    there = replace(link_batch(), teacher_scores=torch.tensor([[1.0, 0.0], [2.0, -1.0]]))
    logits = torch.tensor([[0.0, 0.0], [2.0, 1.0]], requires_grad=True)
    there.__dict__["context_logits"] = logits
    value = LinkLogits()(there)
    assert value.item() == pytest.approx((1 + 4) / 4)
    value.backward()
    torch.testing.assert_close(logits.grad, torch.tensor([[-0.5, 0.0], [0.0, 1.0]]))
