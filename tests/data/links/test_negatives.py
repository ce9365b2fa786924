"""Pairs without an edge: exactly those, each as likely, distinct where that is asked, and large numbers."""

import itertools
from collections import Counter

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.links.negatives import NonEdges, distinct
from gnn2mlp.data.links.pairs import canonical_pairs


def some_pairs(nodes: int, share: float, seed: int = 0) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    every = torch.tensor(list(itertools.combinations(range(nodes), 2))).view(-1, 2)
    return every[torch.rand(every.size(0), generator=random) < share]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("nodes", [2, 3, 7, 40])
def test_they_are_all_pairs_but_the_edges(nodes: int, share: float) -> None:
    edges = some_pairs(nodes, share)
    free = NonEdges(edges, nodes)
    found = set(map(tuple, free.at(torch.arange(free.count)).tolist()))
    assert len(found) == free.count
    assert found == set(itertools.combinations(range(nodes), 2)) - set(map(tuple, edges.tolist()))
    assert set(map(tuple, free.draw(free.count, torch.Generator()).tolist())) == found


def test_an_edge_that_comes_twice_counts_once() -> None:
    assert NonEdges(torch.tensor([[0, 1], [0, 1]]), 3).count == 2


@pytest.mark.parametrize("count", [0, 1, 20, 300, 600])
def test_drawn_ones_are_distinct_sorted_and_no_edge(count: int) -> None:
    edges = some_pairs(40, 0.2)
    drawn = NonEdges(edges, 40).draw(count, torch.Generator().manual_seed(1))
    assert torch.equal(canonical_pairs(drawn, 40), drawn)
    assert drawn.shape == (count, 2)
    assert not set(map(tuple, drawn.tolist())) & set(map(tuple, edges.tolist()))


def test_every_pair_and_every_set_is_as_likely() -> None:
    free = NonEdges(torch.tensor([[0, 1], [1, 3]]), 4)  # 4 pairs, 6 sets of two
    random = torch.Generator().manual_seed(0)
    single = Counter(map(tuple, free.sample(6000, random).tolist()))
    sets = Counter(tuple(map(tuple, free.draw(2, random).tolist())) for _ in range(6000))
    assert len(single) == 4
    assert len(sets) == 6
    assert max(abs(count - 1500) for count in single.values()) < 150  # 4.5 standard deviations
    assert max(abs(count - 1000) for count in sets.values()) < 130


def test_numbers_near_the_limit_are_those_of_their_pairs() -> None:
    nodes = 2_000_000_000
    edges = torch.tensor([[0, nodes - 1], [nodes - 3, nodes - 2], [5, nodes - 1]])
    free = NonEdges(edges, nodes)
    assert free.at(torch.tensor([0, free.count - 1])).tolist() == [[0, 1], [nodes - 2, nodes - 1]]
    # The largest id has nodes - 1 pairs, two of which are edges.
    first = free.count - (nodes - 1 - 2)
    around = torch.arange(first - 1, first + 6)
    lows = [nodes - 4, 1, 2, 3, 4, 6, 7]  # before the first is (nodes - 3, nodes - 2), which is an edge
    assert free.at(around)[:, 0].tolist() == lows
    drawn = free.draw(1000, torch.Generator().manual_seed(0))
    assert (drawn[:, 0] < drawn[:, 1]).all()
    assert drawn.max() < nodes


def test_equal_generators_give_equal_pairs() -> None:
    free = NonEdges(some_pairs(40, 0.2), 40)
    one, other = (free.draw(50, torch.Generator().manual_seed(3)) for _ in range(2))
    assert torch.equal(one, other)
    assert not torch.equal(one, free.draw(50, torch.Generator().manual_seed(4)))


def test_distinct_numbers() -> None:
    for count, size in ((0, 5), (3, 1000), (400, 1000), (999, 1000), (1000, 1000)):
        found = distinct(count, size, torch.Generator().manual_seed(count))
        assert found.unique().numel() == count
        assert not count or (found.min() >= 0 and found.max() < size)


def test_a_graph_without_enough_of_them_is_refused() -> None:
    with pytest.raises(DataError, match=r"expected 4 distinct pairs of nodes without an edge, got 3: the graph is too"):
        NonEdges(torch.tensor([[0, 1], [1, 2], [2, 3]]), 4).draw(4, torch.Generator())
    full = NonEdges(some_pairs(4, 1.0), 4)
    assert full.sample(0, torch.Generator()).shape == (0, 2)
    with pytest.raises(DataError, match="expected two nodes without an edge between them, got none"):
        full.sample(1, torch.Generator())


def test_it_shows_itself_in_a_line() -> None:
    assert repr(NonEdges(torch.tensor([[0, 1]]), 1001)) == "NonEdges(500,499 pairs of 1,001 nodes)"
