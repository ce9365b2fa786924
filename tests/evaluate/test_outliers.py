"""Scores of foreign rows, by hand and against libraries."""

import numpy as np
import pytest
import torch
from scipy.special import logsumexp

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate import code_distance, energy, joint_energy, outlier_auroc, placed_among_codes
from gnn2mlp.evaluate.trust import auroc

RANDOM = np.random.default_rng(0)


def test_energy_is_the_negative_log_of_the_sum() -> None:
    logits = 30 * RANDOM.normal(size=(50, 4))
    np.testing.assert_allclose(energy(logits), -logsumexp(logits, axis=1))
    assert energy(np.full((1, 2), 1e5, np.float32))[0] == pytest.approx(-1e5, rel=1e-5)  # nothing overflows
    assert energy(np.zeros((0, 3))).shape == (0,)


def test_a_sure_row_is_less_foreign() -> None:
    known, foreign = energy([[8.0, 0.0, 0.0], [0.5, 0.0, 0.2]])
    assert foreign > known


def test_joint_energy_by_hand() -> None:
    np.testing.assert_allclose(joint_energy([[0.0, np.log(3.0)]]), [-np.log(2) - np.log(4)])
    assert np.isfinite(joint_energy([[1e4, -1e4]])).all()


@pytest.mark.parametrize("unit_length", [False, True])
def test_distances_to_codes(unit_length: bool) -> None:
    rows, codes = RANDOM.normal(size=(300, 5)), RANDOM.normal(size=(17, 5))
    x, c = torch.from_numpy(rows), torch.from_numpy(codes)
    if unit_length:
        x, c = torch.nn.functional.normalize(x, dim=1), torch.nn.functional.normalize(c, dim=1)
    np.testing.assert_allclose(code_distance(rows, codes, unit_length), torch.cdist(x, c).min(1).values, atol=1e-7)


def test_a_row_on_a_code_is_at_no_distance() -> None:
    codes = RANDOM.normal(size=(4, 3)) * 1e3
    np.testing.assert_allclose(code_distance(codes, codes), 0, atol=1e-3)
    assert np.isfinite(code_distance(np.zeros((1, 3)), codes, unit_length=True)).all()


def test_widths_have_to_agree() -> None:
    with pytest.raises(DataError, match="at least one code as wide"):
        code_distance(np.zeros((2, 3)), np.zeros((2, 4)))
    with pytest.raises(DataError, match="at least one code"):
        code_distance(np.zeros((2, 3)), np.zeros((0, 3)))


def test_auroc_agrees_with_that_of_trust() -> None:
    known, foreign = RANDOM.integers(6, size=40).astype(float), RANDOM.integers(3, 9, size=25).astype(float)
    score = torch.from_numpy(np.concatenate([foreign, known]))
    expected = auroc(score, torch.arange(65) < 25)
    assert outlier_auroc(known, foreign) == pytest.approx(expected)
    assert outlier_auroc(known, []) is None
    assert outlier_auroc([], foreign) is None


def test_a_linear_map_places_rows_among_codes() -> None:
    hidden, codes = RANDOM.normal(size=(400, 6)), RANDOM.normal(size=(6, 3))
    placed = placed_among_codes(hidden, hidden @ codes + 1, hidden[:5])
    np.testing.assert_allclose(placed, hidden[:5] @ codes + 1, atol=0.05)
