"""Reliability and calibration error by hand."""

import math

import pytest
import torch

from gnn2mlp.evaluate import expected_calibration_error, reliability_diagram


def logits(*confidences: float) -> torch.Tensor:
    """Two classes; class 0 has these probabilities."""
    return torch.tensor([[math.log(p), math.log(1 - p)] for p in confidences])


def test_bins_by_hand() -> None:
    # Five bins over 0..1: confidence .55 and .7 (2 nodes: one right), .9 and .95 and .99 (3 nodes: two right).
    diagram = reliability_diagram(logits(0.55, 0.75, 0.9, 0.95, 0.99), torch.tensor([0, 1, 0, 0, 1]), bins=5)
    assert diagram.count == [0, 0, 1, 1, 3]
    assert diagram.accuracy == pytest.approx([0, 0, 1, 0, 2 / 3])
    assert diagram.confidence == pytest.approx([0, 0, 0.55, 0.75, (0.9 + 0.95 + 0.99) / 3], rel=1e-5)


def test_calibration_error_by_hand() -> None:
    error = expected_calibration_error(logits(0.55, 0.75, 0.9, 0.95, 0.99), torch.tensor([0, 1, 0, 0, 1]), bins=5)
    assert error == pytest.approx((0.45 + 0.75 + abs(2.84 - 2)) / 5, rel=1e-5)


def test_certainty_falls_into_the_last_bin() -> None:
    diagram = reliability_diagram(torch.tensor([[1000.0, 0.0]]), torch.tensor([0]))
    assert diagram.count == [0] * 14 + [1]
    assert diagram.confidence[-1] == diagram.accuracy[-1] == 1.0


def test_a_calibrated_model_has_no_error() -> None:
    four_fifths = torch.tensor([0, 0, 0, 0, 1])
    assert expected_calibration_error(logits(*[0.8] * 5), four_fifths) == pytest.approx(0, abs=1e-6)
    assert expected_calibration_error(logits(*[0.8] * 5), torch.zeros(5, dtype=torch.int64)) == pytest.approx(0.2)


def test_confidence_is_that_of_the_predicted_class() -> None:
    diagram = reliability_diagram(logits(0.1), torch.tensor([1]), bins=10)
    assert diagram.count[8] + diagram.count[9] == 1
    assert sum(diagram.accuracy) == 1.0
