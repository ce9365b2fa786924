"""Pairs and the graphs of some of them."""

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import graph_from_arrays
from gnn2mlp.data.links.pairs import (
    are_edges,
    canonical_pairs,
    ends_among,
    keys_of,
    merged,
    pairs_from,
    pairs_of,
    undirected,
    with_pairs,
)
from tests.helpers import tiny_graph


def test_pairs_of_a_graph_are_its_edges_once() -> None:
    graph = tiny_graph()
    pairs = pairs_of(graph)
    assert pairs.size(0) == graph.num_edges
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert (keys_of(pairs, 60).diff() > 0).all()
    assert torch.equal(pairs_from(keys_of(pairs, 60), 60), pairs)
    assert torch.equal(canonical_pairs(pairs.flip(1)[torch.randperm(len(pairs))], 60), pairs)


@pytest.mark.parametrize("weighted", [False, True])
def test_a_graph_of_all_its_pairs_is_the_graph(weighted: bool) -> None:
    graph = tiny_graph(weighted=weighted)
    assert with_pairs(graph, pairs_of(graph)).digest == graph.digest


@pytest.mark.parametrize("weighted", [False, True])
def test_a_graph_of_some_pairs_has_their_weights(weighted: bool) -> None:
    graph = tiny_graph(weighted=weighted)
    pairs = pairs_of(graph)[::3]
    part = with_pairs(graph, pairs)
    assert torch.equal(pairs_of(part), pairs)
    mask = torch.zeros(60, 60)
    mask[pairs[:, 0], pairs[:, 1]] = mask[pairs[:, 1], pairs[:, 0]] = 1
    assert torch.equal(part.adjacency.to_dense(), graph.adjacency.to_dense() * mask)
    again = graph_from_arrays(
        part.features, part.labels, part.edge_index, edge_weight=part.edge_weight, name=part.name, task=part.task
    )
    assert again.digest == part.digest  # it is in canonical form


def test_pairs_that_are_no_edges_are_named() -> None:
    path = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 1, 2], [1, 2, 3]], name="path")
    for pair in ([0, 2], [0, 3], [1, 3]):
        with pytest.raises(
            DataError, match=rf"path: expected pairs that are edges, got {pair[0]} and {pair[1]}, which"
        ):
            with_pairs(path, torch.tensor([[0, 1], pair]))
    with pytest.raises(DataError, match="path: expected pairs of its 4 nodes, got ids from 0 to 5; the split is"):
        with_pairs(path, torch.tensor([[0, 5]]))  # whose number is that of the pair 1, 1
    none = with_pairs(path, torch.empty(0, 2, dtype=torch.int64))
    assert none.num_edges == 0
    with pytest.raises(DataError, match="got 0 and 1, which are not linked"):
        with_pairs(none, torch.tensor([[0, 1]]))


def test_ends_are_counted() -> None:
    pairs, some = pairs_of(tiny_graph()), torch.arange(0, 60, 7)
    assert torch.equal(ends_among(pairs, some), torch.isin(pairs, some).sum(1))
    assert ends_among(pairs[:0], some).shape == (0,)
    assert ends_among(pairs, some[:0]).sum() == 0


def test_sets_of_pairs_become_one() -> None:
    pairs = pairs_of(tiny_graph())
    assert torch.equal(merged([pairs[1::2], pairs[:0], pairs[::2]], 60), pairs)


def test_an_undirected_graph_stays_itself() -> None:
    graph = tiny_graph()
    assert undirected(graph) is graph


@pytest.mark.parametrize("weighted", [False, True])
def test_directed_edges_become_those_that_reading_them_as_undirected_gives(weighted: bool) -> None:
    graph = tiny_graph(directed=True, weighted=weighted)
    both = undirected(graph)
    given = graph_from_arrays(
        graph.features, graph.labels, graph.edge_index, edge_weight=graph.edge_weight, name=graph.name, task=graph.task
    )
    assert both.digest == given.digest
    assert not both.directed
    assert both.notes == {**graph.notes, "made_undirected": graph.num_edges}


def test_the_two_weights_of_a_pair_become_their_mean() -> None:
    graph = graph_from_arrays(
        torch.eye(3), [0, 1, 0], [[0, 1, 1], [1, 0, 2]], edge_weight=[1.0, 4.0, 2.0], directed=True
    )
    both = undirected(graph)
    assert both.edge_weight is not None
    assert both.edge_weight.tolist() == [2.5, 2.5, 2, 2]


def test_which_pairs_are_edges() -> None:
    graph = tiny_graph()
    pairs = torch.combinations(torch.arange(60))
    dense = graph.adjacency.to_dense()
    assert torch.equal(are_edges(graph, pairs), dense[pairs[:, 0], pairs[:, 1]] > 0)
    assert not are_edges(with_pairs(graph, pairs[:0]), pairs).any()
    assert are_edges(graph, pairs[:0]).shape == (0,)
