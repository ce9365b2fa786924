import numpy as np
import pytest

from gnn2mlp.evaluate.intervals import difference_interval, share_interval
from gnn2mlp.evaluate.repeated import by_node, difference_of_nodes, mean_of_nodes, share_of_nodes


def test_with_one_answer_for_each_node_intervals_are_the_plain_ones() -> None:
    random = np.random.default_rng(0)
    ours, theirs = random.random(80) < 0.7, random.random(80) < 0.6
    nodes = random.permutation(80)
    assert share_of_nodes(ours * 1.0, nodes) == pytest.approx(share_interval(ours))
    assert difference_of_nodes(ours * 1.0, theirs * 1.0, nodes) == pytest.approx(difference_interval(ours, theirs))


def test_a_node_that_is_answered_twice_is_one_node() -> None:
    values, nodes = np.array([1.0, 0.0, 1.0, 1.0]), np.array([0, 1, 2, 3])
    once = share_of_nodes(values, nodes)
    assert share_of_nodes(np.tile(values, 5), np.tile(nodes, 5)) == pytest.approx(once)
    assert once.nodes == 4


def test_answers_are_averaged_node_by_node() -> None:
    assert by_node(np.array([1.0, 0.0, 0.0]), np.array([5, 5, 2])).tolist() == [0.0, 0.5]
    found = difference_of_nodes(np.array([1.0, 0.0]), np.array([0.0, 1.0]), np.array([0, 0]))
    assert found.value == 0
    assert found.nodes == 1


def test_intervals_over_seeds_hold_the_truth_at_least_as_often_as_they_say() -> None:
    random, held = np.random.default_rng(1), []
    for _ in range(500):  # five models that are right together more often than not
        chance = np.clip(random.normal(0.7, 0.2, 60), 0, 1)
        answers = (random.random((5, 60)) < chance).astype(float)
        found = share_of_nodes(answers.ravel(), np.tile(np.arange(60), 5))
        held.append(found.low <= 0.7 <= found.high)
    assert np.mean(held) > 0.95


def test_the_mean_of_numbers_has_students_interval() -> None:
    found = mean_of_nodes(np.array([1.0, 2.0, 3.0]), np.arange(3))
    assert (found.low, found.high) == pytest.approx((2 - 2.4841, 2 + 2.4841), abs=1e-3)
    alone = mean_of_nodes(np.array([1.0]), np.array([4]))
    assert alone.value == 1
    assert np.isnan(alone.low)
