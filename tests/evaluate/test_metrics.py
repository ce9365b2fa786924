"""Accuracy and fidelity by hand."""

import pytest
import torch

from gnn2mlp.evaluate import accuracy, agreement

LOGITS = torch.tensor([[2.0, 1.0, 0.0], [0.0, 0.1, 0.0], [-1.0, -2.0, -0.5], [3.0, 2.0, 1.0]])  # classes 0, 1, 2, 0


def test_accuracy_by_hand() -> None:
    assert accuracy(LOGITS, torch.tensor([0, 1, 2, 2])) == 0.75


def test_a_node_without_label_counts_as_wrong() -> None:
    assert accuracy(LOGITS, torch.tensor([0, 1, -1, -1])) == 0.5


def test_agreement_by_hand() -> None:
    other = torch.tensor([[9.0, 0.0, 0.0], [0.0, 9.0, 0.0], [9.0, 0.0, 0.0], [9.0, 0.0, 0.0]])
    assert agreement(LOGITS, other) == agreement(other, LOGITS) == 0.75
    assert agreement(LOGITS, 3 * LOGITS - 7) == 1.0


def test_lengths_must_match() -> None:
    with pytest.raises(Exception, match="accuracy"):
        accuracy(LOGITS, torch.tensor([0, 1]))
