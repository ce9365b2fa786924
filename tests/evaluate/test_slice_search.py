import numpy as np

from gnn2mlp.evaluate.conditions import Conditions, groups_of, joined
from gnn2mlp.evaluate.slice_search import search_slices


def _world(seed: int = 0, nodes: int = 600) -> tuple[np.random.Generator, np.ndarray, np.ndarray, Conditions]:
    random = np.random.default_rng(seed)
    size, colour = random.integers(4, size=nodes), random.integers(3, size=nodes)
    parts = [groups_of("size", "degree", size, list("0123")), groups_of("colour", "class", colour, list("rgb"))]
    return random, size, colour, joined(parts)


def test_the_smallest_group_with_the_largest_gap_comes_first() -> None:
    random, size, colour, conditions = _world()
    values = (random.random(600) < np.where((size == 2) & (colour == 1), 0.8, 0.1)).astype(float)
    best = search_slices(values, conditions, 10, 300, 5)[0]
    assert [conditions.texts[k] for k in best.conditions] == ["2", "g"]
    assert best.nodes == ((size == 2) & (colour == 1)).sum()


def test_a_condition_that_says_it_all_needs_no_second() -> None:
    random, size, _, conditions = _world(1)
    values = (random.random(600) < np.where(size == 1, 0.7, 0.1)).astype(float)
    best = search_slices(values, conditions, 10, 300, 5)[0]
    assert conditions.texts[best.conditions[0]] == "1"


def test_the_bound_is_that_of_the_difference() -> None:
    values = np.array([1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    conditions = groups_of("half", "column", np.repeat([0, 1], 4), ["first", "second"])
    found = search_slices(values * 10, conditions, 1, 8, 2)
    spread = (4 * 18.75 + 4 * 23.4375) / 8  # of the group, with four nodes of the spread of all
    assert [one.conditions for one in found] == [(0,)]
    assert np.isclose(found[0].bound, 7.5 - 2 * np.sqrt(spread / 4))


def test_sizes_are_kept_to_and_alike_groups_are_one() -> None:
    _, size, _, conditions = _world(2)
    values = (size == 3).astype(float)
    assert search_slices(values, conditions, 10, 20, 5) == []
    twice = joined([conditions, groups_of("same", "column", size, list("abcd"))])
    found = search_slices(values, twice, 10, 300, 5)
    assert len(found) == 1


def test_at_most_half_of_the_groups_have_conditions_of_a_rationed_kind() -> None:
    random = np.random.default_rng(3)
    parts = [
        groups_of(f"c{k}", "class" if k < 6 else "column", random.integers(3, size=900), list("abc")) for k in range(12)
    ]
    conditions = joined(parts)
    values = (
        conditions.holds[:, [0, 3, 6, 9, 12, 15]].sum(axis=1).A1
        + 0.5 * conditions.holds[:, [18, 21, 24]].sum(axis=1).A1
    )
    kinds = [{conditions.kinds[k] for k in one.conditions} for one in search_slices(values, conditions, 10, 450, 6)]
    assert any("class" in found for found in kinds)
    assert len(search_slices(values, conditions, 10, 450, 6, rationed={"class"})) > 0
    rationed = search_slices(values, conditions, 10, 450, 6, rationed={"class"})
    assert sum(any(conditions.kinds[k] == "class" for k in one.conditions) for one in rationed) <= 3


def test_equal_values_and_no_conditions_propose_nothing() -> None:
    conditions = groups_of("half", "column", np.repeat([0, 1], 20), ["first", "second"])
    assert search_slices(np.ones(40), conditions, 5, 20, 3) == []
    assert search_slices(np.arange(40.0), conditions.where(np.array([], dtype=int)), 5, 20, 3) == []


def test_a_group_needs_enough_nodes_elsewhere_too() -> None:
    _, size, _, conditions = _world(2)
    values = (size == 3).astype(float)
    few = conditions.of(np.flatnonzero(size != 3))
    assert search_slices(values, conditions, 10, 300, 1, elsewhere=few) == []
    assert len(search_slices(values, conditions, 10, 300, 1, elsewhere=conditions)) == 1
