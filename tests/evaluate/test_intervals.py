import math

import numpy as np
import pytest
from scipy.stats import binomtest

from gnn2mlp.evaluate.intervals import bootstrap_interval, difference_interval, share_interval


@pytest.mark.parametrize(("right", "count"), [(0, 5), (8, 10), (839, 900), (40, 40)])
def test_the_interval_of_a_share_is_that_of_scipy(right: int, count: int) -> None:
    found = share_interval(np.arange(count) < right)
    wanted = binomtest(right, count).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    assert (found.value, found.nodes) == (right / count, count)


def test_the_interval_of_a_difference_by_hand() -> None:
    ours, theirs = np.array([1, 1, 1, 0, 0, 1, 0, 0], bool), np.array([1, 0, 0, 1, 0, 1, 0, 0], bool)
    found = difference_interval(ours, theirs)  # b = 2, c = 1, n = 8: p = 0.3, q = 0.2
    reach = 1.959964 * math.sqrt((0.5 - 0.01) / 10)
    assert found.value == 1 / 8
    assert (found.low, found.high) == pytest.approx((0.1 - reach, 0.1 + reach))


def test_equal_models_on_few_nodes_have_no_interval_of_width_zero() -> None:
    right = np.array([True] * 12)
    found = difference_interval(right, right)
    assert found.value == 0
    assert found.low < -0.05
    assert found.high > 0.05


def test_intervals_of_differences_hold_the_truth_nearly_as_often_as_they_say() -> None:
    random = np.random.default_rng(0)
    held = []
    for _ in range(2000):  # shares 0.8 and 0.7, of the same 150 nodes, which are hard for both
        hard = random.random(150)
        found = difference_interval(hard + random.normal(0, 0.2, 150) < 0.8, hard + random.normal(0, 0.2, 150) < 0.7)
        held.append((found.low, found.high))
    hard = random.random(2_000_000)
    truth = float(
        (hard + random.normal(0, 0.2, hard.size) < 0.8).mean() - (hard + random.normal(0, 0.2, hard.size) < 0.7).mean()
    )
    share = np.mean([low <= truth <= high for low, high in held])
    assert 0.93 < share < 0.975


def test_a_bootstrap_agrees_with_the_normal_interval_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(size=2000)
    found = bootstrap_interval(lambda places: float(values[places].mean()), 2000)
    assert found.value == pytest.approx(values.mean())
    assert found.high - found.low == pytest.approx(2 * 1.96 / math.sqrt(2000), rel=0.1)
    again = bootstrap_interval(lambda places: float(values[places].mean()), 2000)
    assert again == found


def test_a_measure_that_is_never_defined_has_no_interval() -> None:
    found = bootstrap_interval(lambda places: float("nan"), 5)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
