import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.conditions import Conditions, groups_of, joined, numbers_of, words_of


def test_groups_without_a_node_are_left_out() -> None:
    found = groups_of("part", "column", np.array([0, 2, -1, 2]), ["a", "b", "c"])
    assert found.texts == ("a", "c")
    assert found.holds.toarray().tolist() == [[1, 0], [0, 1], [0, 0], [0, 1]]


def test_numbers_are_cut_into_parts_of_equally_many_that_hold_each_node_once() -> None:
    values = np.random.default_rng(0).normal(size=400)
    values[:40] = np.nan
    found = numbers_of("size", values)
    assert found.texts[-1] == "size is missing"
    sizes = np.asarray(found.holds.sum(axis=0)).ravel()
    assert sizes.tolist() == [90, 90, 90, 90, 40]
    assert (np.asarray(found.holds.sum(axis=1)) == 1).all()


def test_a_common_value_is_a_part_of_its_own() -> None:
    values = np.concatenate([np.zeros(60), np.arange(1, 41)])
    found = numbers_of("count", values)
    assert found.texts == (
        "count is at most 10", "count is 11 to 20", "count is 21 to 30", "count is 31 or more", "count is 0"
    )  # fmt: skip
    assert np.asarray(found.holds.sum(axis=0)).ravel().tolist() == [10, 10, 10, 10, 60]


def test_words_are_those_that_enough_and_not_most_nodes_have() -> None:
    rows = np.zeros((40, 3))
    rows[:12, 0], rows[:30, 1], rows[:3, 2] = 1, 2, 1
    found = words_of(sp.csr_matrix(rows), ["gene", "the", "rare"], least=10)
    assert found.texts == ("it has gene",)
    assert found.attributes == ("gene",)


def test_conditions_are_joined_and_chosen() -> None:
    a = groups_of("a", "degree", np.array([0, 1, 1]), ["a0", "a1"])
    b = groups_of("b", "class", np.array([0, 0, 1]), ["b0", "b1"])
    both = joined([a, b])
    assert both.texts == ("a0", "a1", "b0", "b1")
    assert both.kinds == ("degree", "degree", "class", "class")
    assert both.mask([1, 2]).tolist() == [False, True, False]
    assert both.of(np.array([2])).holds.toarray().tolist() == [[0, 1, 0, 1]]
    assert both.where(np.array([False, True, False, True])).texts == ("a1", "b1")
    assert "degree, class" in repr(both)


def test_what_does_not_fit_is_refused() -> None:
    one = groups_of("a", "degree", np.array([0]), ["a0"])
    with pytest.raises(DataError, match="same nodes"):
        joined([one, groups_of("b", "class", np.array([0, 0]), ["b0"])])
    with pytest.raises(DataError, match="a text, an attribute and a kind"):
        Conditions(("x", "y"), ("a",), ("k",), one.holds)
