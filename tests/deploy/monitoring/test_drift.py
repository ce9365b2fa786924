import numpy as np
import pytest
from scipy.stats import chi2_contingency, fisher_exact

from gnn2mlp.deploy.monitoring.drift import (
    EXPECTED,
    Check,
    Limits,
    chi_square,
    compare_shares,
    judged,
    merged,
    psi,
    share_p,
)


def test_p_values_are_those_of_scipy() -> None:
    random = np.random.default_rng(0)
    for _ in range(20):
        then, now = random.integers(5, 60, 6), random.integers(5, 60, 6)
        assert chi_square(then, now) == pytest.approx(chi2_contingency([then, now], correction=False).pvalue)
        a, b, n, m = (int(k) for k in (random.integers(0, 9), random.integers(0, 9), 10, 30))
        assert share_p(a, n, b, m) == pytest.approx(fisher_exact([[a, n - a], [b, m - b]]).pvalue)
    assert share_p(0, 10, 0, 10) == 1.0


def test_very_many_rows_are_tested_by_chi_square() -> None:
    assert share_p(500_000, 1_000_000, 501_000, 1_000_000) == pytest.approx(0.157, abs=0.01)


def test_bins_are_joined_until_each_is_expected_to_hold_enough() -> None:
    random = np.random.default_rng(0)
    for ordered in (True, False):
        then, now = random.multinomial(5000, [0.02] * 50), random.multinomial(80, [0.02] * 50)
        first, second = merged(then, now, ordered)
        assert first.sum() == 5000
        assert second.sum() == 80
        if len(first) > 1:
            assert ((first + second) * 80 / 5080 >= EXPECTED - 1e-9).all()
    assert len(merged(np.full(50, 100), np.full(50, 100), True)[0]) == 10


def test_rare_names_are_joined_with_a_commoner_one_where_they_are_too_few() -> None:
    first, second = merged(np.array([900, 99, 1]), np.array([90, 10, 0]), False)
    assert first.tolist() == [900, 100]
    assert second.tolist() == [90, 10]


def test_the_index_is_nothing_of_equal_shares_and_grows() -> None:
    assert psi(np.array([500, 500]), np.array([500, 500])) == 0
    moved = [psi(np.array([500, 500]), np.array([500 - k, 500 + k])) for k in (50, 100, 200)]
    assert moved == sorted(moved)


def test_drift_is_large_and_beyond_chance() -> None:
    small, lucky = Check("a", "PSI", 0.01, 0.2, 1e-12), Check("b", "PSI", 0.9, 0.2, 0.02)
    real, falling = Check("c", "PSI", 0.3, 0.2, 1e-5), Check("d", "points", -0.3, 0.05, 1e-9)
    assert [one.drifted for one in judged([small, lucky, real, falling], Limits().alpha)] == [False, False, True, False]


def test_p_values_are_those_of_all_together() -> None:
    found = judged([Check("", "PSI", 1, 0.2, p) for p in (0.01, 0.04, 0.03)], 0.05)
    assert [one.adjusted for one in found] == pytest.approx([0.03, 0.06, 0.06])


def test_shares_have_the_sign_of_the_change() -> None:
    found = compare_shares("gaps", 10, 100, 5, 100, 0.05)
    assert found.effect == pytest.approx(-0.05)
    assert (found.then, found.now) == (0.1, 0.05)
