"""Reliability and calibration error by hand."""

import math

import pytest
import torch

from gnn2mlp.evaluate import (
    calibration_error_by_chance,
    diagram_by_mass,
    expected_calibration_error,
    reliability_diagram,
)


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


def test_bins_of_equally_many_nodes_by_hand() -> None:
    # 41 nodes make two bins; the surer half begins with the 21st.
    confidences = [0.6] * 21 + [0.9] * 20
    labels = torch.tensor([0, 1, 1] * 7 + [0] * 15 + [1] * 5)
    diagram = diagram_by_mass(logits(*confidences), labels)
    assert diagram.count == [21, 20]
    assert diagram.confidence == pytest.approx([0.6, 0.9])
    assert diagram.accuracy == pytest.approx([1 / 3, 0.75])


def test_few_nodes_make_one_bin_and_none_make_an_empty_one() -> None:
    assert diagram_by_mass(logits(0.6, 0.7), torch.tensor([0, 1])).count == [2]
    assert diagram_by_mass(torch.zeros(0, 2), torch.zeros(0, dtype=torch.int64)).count == [0]
    assert len(diagram_by_mass(torch.zeros(1000, 2), torch.zeros(1000, dtype=torch.int64)).count) == 10


def test_what_chance_adds_falls_with_the_nodes() -> None:
    # 100 nodes in one bin: mean |share - 0.8| of a binomial is near 0.8 * sqrt(0.8 * 0.2 / 100).
    found = calibration_error_by_chance(logits(*[0.8] * 100), draws=400)
    assert found == pytest.approx(0.8 * math.sqrt(0.16 / 100), rel=0.1)
    assert found == calibration_error_by_chance(logits(*[0.8] * 100), draws=400)
    assert calibration_error_by_chance(torch.tensor([[1000.0, 0.0]])) == 0
