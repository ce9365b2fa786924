import tracemalloc
from itertools import combinations

import numpy as np
import pytest

from gnn2mlp.condensers.frequent import FrequentSets, frequent_sets
from gnn2mlp.core.errors import ConfigError


def _transactions(seed: int, number: int = 70, items: int = 7) -> list[list[int]]:
    random = np.random.default_rng(seed)
    return [(10 * np.flatnonzero(random.random(items) < 0.55)).tolist() for _ in range(number)]


def _mined(transactions: list[list[int]], least: int, most: int = 100_000) -> FrequentSets:
    offsets = np.concatenate([[0], np.cumsum([len(one) for one in transactions])])
    return frequent_sets(offsets, np.array([item for one in transactions for item in one]), least, most)


def _enumerated(transactions: list[list[int]], least: int) -> dict[tuple[int, ...], int]:
    items = sorted({item for one in transactions for item in one})
    every = (one for size in range(1, len(items) + 1) for one in combinations(items, size))
    counts = {one: sum(set(one) <= set(each) for each in transactions) for one in every}
    return {one: count for one, count in counts.items() if count >= least}


@pytest.mark.parametrize("least", [1, 9, 25])
def test_sets_are_those_of_enumeration(least: int) -> None:
    transactions = _transactions(least)
    found = _mined(transactions, least)
    known = _enumerated(transactions, least)
    assert dict(zip(map(tuple, found.as_lists()), found.counts.tolist(), strict=True)) == known
    assert len(found) == len(known) > 5


def test_supports_fall_and_the_order_is_fixed() -> None:
    transactions = _transactions(0)
    found = _mined(transactions, 12)
    assert (np.diff(found.counts) <= 0).all()
    again = _mined(list(reversed(transactions)), 12)
    assert again.as_lists() == found.as_lists()
    fewer = _mined(transactions, 20)
    assert fewer.as_lists() == found.as_lists()[: len(fewer)]  # a higher support takes sets away at the end


def test_there_may_be_none_and_too_many_are_refused() -> None:
    assert _mined([[1], [2]], 2).as_lists() == []
    with pytest.raises(ConfigError, match="at most 100 frequent sets, got more among 12 items that 1 graphs hold"):
        _mined([list(range(12))], 1, most=100)


def test_memory_does_not_grow_with_the_square_of_the_items() -> None:
    """Of 800 items there are 319,600 pairs; their bits would take 33 MB."""
    tracemalloc.start()
    try:
        found = _mined([[item] for item in range(800)], 1)
        assert tracemalloc.get_traced_memory()[1] < 3_000_000
    finally:
        tracemalloc.stop()
    assert found.as_lists() == [[item] for item in range(800)]
