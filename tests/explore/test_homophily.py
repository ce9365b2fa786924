import math

import numpy as np
import pytest

from gnn2mlp.explore.homophily import homophily, hyperedge_homophily
from tests.helpers import tiny_arrays


def test_by_hand() -> None:
    # Classes a a a b; edges a-a, a-a, a-b. Ends: a 5, b 1; chance 26/36.
    found = homophily(np.array([[0, 1, 2], [1, 2, 3]]), np.array([0, 0, 0, 1]))
    assert found.edges == 3
    assert found.edge == pytest.approx(2 / 3)
    assert found.adjusted == pytest.approx((2 / 3 - 26 / 36) / (1 - 26 / 36))
    assert found.insensitive == pytest.approx(4 / 5 - 3 / 4)


def test_one_direction_or_both_is_the_same() -> None:
    _, labels, edges = tiny_arrays()
    both = np.concatenate([edges, edges[::-1]], axis=1)
    assert homophily(both, labels)[1:] == pytest.approx(homophily(edges, labels)[1:])


def test_edges_drawn_without_regard_to_class_are_as_good_as_chance() -> None:
    random = np.random.default_rng(0)
    codes = random.choice(3, 5000, p=[0.8, 0.15, 0.05])
    found = homophily(random.integers(5000, size=(2, 50_000)), codes)
    assert found.edge > 0.6
    assert abs(found.adjusted) < 0.02
    assert found.insensitive < 0.02


def test_edges_with_an_unknown_end_do_not_count() -> None:
    found = homophily(np.array([[0, 1], [1, 2]]), np.array([0, 0, -1]))
    assert (found.edges, found.edge) == (1, 1.0)
    assert math.isnan(homophily(np.array([[0], [2]]), np.array([0, 1, -1])).edge)


def test_hyperedges_by_hand() -> None:
    # {a a b}: 1 of 3 pairs alike; {b b}: 1 of 1; {a}: no pair. Members of the first two: a 2, b 3; chance 13/25.
    index = np.array([[0, 1, 2, 2, 3, 0], [0, 0, 0, 1, 1, 2]])
    found = hyperedge_homophily(index, np.array([0, 0, 1, 1]))
    assert found[:2] == (2, pytest.approx(2 / 3))
    assert found.adjusted == pytest.approx((2 / 3 - 13 / 25) / (1 - 13 / 25))


def test_members_of_unknown_class_count_nowhere_in_hyperedges() -> None:
    index = np.array([[0, 1, 2], [0, 0, 0]])
    assert hyperedge_homophily(index, np.array([0, 0, -1])).edge == 1
    assert math.isnan(hyperedge_homophily(index, np.array([0, -1, -1])).edge)
