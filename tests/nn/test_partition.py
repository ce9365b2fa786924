import importlib.util

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.partition import Ragged, grow, metis, mixed
from gnn2mlp.teachers._graph_patches import ragged_of
from tests.graphs import random_graphs

GRAPHS = ragged_of(random_graphs(count=60, seed=3))


def ragged(*graphs: tuple[int, list[tuple[int, int]]]) -> Ragged:
    """Graphs of so many nodes with these undirected edges."""
    offsets = np.cumsum([0, *(nodes for nodes, _ in graphs)])
    both = [
        (a + first, b + first)
        for (_, edges), first in zip(graphs, offsets, strict=False)
        for pair in edges
        for a, b in (pair, pair[::-1])
    ]
    source, target = np.array(sorted(both), dtype=np.int64).reshape(-1, 2).T
    return Ragged(source, target, offsets)


def path(nodes: int) -> tuple[int, list[tuple[int, int]]]:
    return nodes, [(number, number + 1) for number in range(nodes - 1)]


def counts(graphs: Ragged, found: np.ndarray, parts: int) -> np.ndarray:
    owner = np.repeat(np.arange(len(graphs.sizes)), graphs.sizes)
    return np.bincount(owner * parts + found, minlength=len(graphs.sizes) * parts).reshape(-1, parts)


@pytest.mark.parametrize("parts", [1, 2, 3, 5, 8])
@pytest.mark.parametrize("seed", [0, 1])
def test_every_node_is_in_one_part_and_sizes_differ_by_one(parts: int, seed: int) -> None:
    found = grow(GRAPHS, parts, seed)
    sizes = counts(GRAPHS, found, parts)
    assert found.min() >= 0
    assert (sizes.sum(1) == GRAPHS.sizes).all()
    large = GRAPHS.sizes > parts
    assert (np.ptp(sizes[large], axis=1) <= 1).all()
    assert (sizes[~large] <= 1).all()


def test_a_path_is_cut_into_runs() -> None:
    for parts in (2, 3, 4):
        found = grow(ragged(path(12)), parts, seed=5)
        assert (np.diff(found) != 0).sum() == parts - 1


def test_two_triangles_with_a_bridge_are_cut_at_the_bridge() -> None:
    graphs = ragged((6, [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (4, 5), (3, 5)]))
    for seed in range(5):
        first, second = grow(graphs, 2, seed).reshape(2, 3)
        assert len(set(first)) == len(set(second)) == 1
        assert first[0] != second[0]


def test_a_part_goes_on_elsewhere_where_nothing_is_linked() -> None:
    found = grow(ragged((6, [(0, 1)])), 2)
    assert sorted(np.bincount(found)) == [3, 3]
    assert found[0] == found[1] or 1 in np.bincount(found[:2])


def test_a_graph_has_the_same_parts_in_any_company() -> None:
    together = grow(GRAPHS, 3, seed=2)
    for number in (0, 7, 31):
        start, stop = GRAPHS.offsets[number : number + 2]
        own = (GRAPHS.source >= start) & (GRAPHS.source < stop)
        alone = Ragged(GRAPHS.source[own] - start, GRAPHS.target[own] - start, np.array([0, stop - start]))
        assert grow(alone, 3, seed=2).tolist() == together[start:stop].tolist()


def test_another_seed_draws_other_parts() -> None:
    assert grow(GRAPHS, 2, 0).tolist() == grow(GRAPHS, 2, 0).tolist()
    assert grow(GRAPHS, 2, 0).tolist() != grow(GRAPHS, 2, 1).tolist()


def test_no_part_is_refused() -> None:
    with pytest.raises(ConfigError, match="parts: expected at least 1, got 0"):
        grow(GRAPHS, 0)


def test_mixed_numbers_are_spread() -> None:
    shares = mixed(np.arange(4_000), seed=9) / 2.0**64
    assert abs(shares.mean() - 0.5) < 0.03
    assert len(np.unique(shares)) == 4_000


@pytest.mark.skipif(importlib.util.find_spec("pymetis") is None, reason="pymetis is not installed")
def test_metis_parts_a_path() -> None:
    found = metis(ragged(path(3), path(12)), 4)
    assert found[:3].tolist() == [0, 1, 2]
    assert set(found[3:]) == {0, 1, 2, 3}
    assert (np.diff(found[3:]) != 0).sum() == 3


def test_without_pymetis_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pymetis", None)
    with pytest.raises(ConfigError, match=r"needs pymetis: pip install gnn2mlp\[metis\]; partition='grow' needs"):
        metis(GRAPHS, 2)
