import numpy as np
import pytest
from scipy.stats import fisher_exact

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.permutation import group_p_values, holm


def test_of_right_and_wrong_the_test_is_fishers_exact_one() -> None:
    values, group = np.repeat([1.0, 0.0], [12, 28]), np.zeros((40, 1), dtype=bool)
    group[:8], group[12:20] = True, True
    table = [[8, 8], [4, 20]]
    wanted = fisher_exact(table, alternative="greater").pvalue
    assert group_p_values(values, group, draws=4000)[0] == pytest.approx(wanted, abs=0.01)


def test_values_of_chance_give_p_values_that_are_even() -> None:
    random, found = np.random.default_rng(0), []
    for seed in range(100):
        values, groups = random.normal(size=60), random.random((60, 5)) < 0.3
        found += group_p_values(values, groups, seed, draws=99).tolist()
    shares = [np.mean(np.array(found) <= level) for level in (0.05, 0.2, 0.5)]
    assert shares == pytest.approx([0.05, 0.2, 0.5], abs=0.05)


def test_a_difference_of_spread_alone_is_no_difference_of_means() -> None:
    random, found = np.random.default_rng(1), []
    for seed in range(100):
        group = np.arange(400) < 40
        values = random.normal(size=400) * np.where(group, 4, 1)
        found.append(group_p_values(values, group[:, None], seed, draws=99)[0])
    assert np.mean(np.array(found) <= 0.05) < 0.1


def test_groups_without_a_difference_to_look_at_have_p_1() -> None:
    values, groups = np.arange(6.0), np.zeros((6, 2), dtype=bool)
    groups[:, 1] = True
    assert group_p_values(values, groups).tolist() == [1, 1]
    assert group_p_values(np.ones(6), np.eye(6, 1, dtype=bool)).tolist() == [1]
    with pytest.raises(DataError, match="expected groups of 6 nodes"):
        group_p_values(values, groups[:3])


def test_holm_is_that_of_the_paper() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.6, 0.9])).tolist() == [1, 1]
    assert holm(np.array([])).size == 0
