import networkx as nx
import pytest
import torch
from torch import Tensor

from gnn2mlp.data import GraphData, graph_from_arrays
from gnn2mlp.teachers._pair_scores import NEIGHBOUR_SCORES, NeighbourScores
from tests.helpers import tiny_graph

NAMES = list(NEIGHBOUR_SCORES)


def oracle(graph: GraphData, pairs: Tensor) -> Tensor:
    """The same by networkx."""
    drawn = nx.Graph()
    drawn.add_nodes_from(range(graph.num_nodes))
    drawn.add_edges_from(graph.edge_index.T.tolist())
    asked = [tuple(pair) for pair in pairs.tolist()]
    return torch.tensor(
        [
            [len(list(nx.common_neighbors(drawn, u, v))) for u, v in asked],
            [score for _, _, score in nx.adamic_adar_index(drawn, asked)],
            [score for _, _, score in nx.resource_allocation_index(drawn, asked)],
        ],
        dtype=torch.float64,
    ).T


@pytest.mark.parametrize("weighted", [False, True])
def test_they_are_those_of_networkx(weighted: bool) -> None:
    graph = tiny_graph(weighted=weighted)
    pairs = torch.combinations(torch.arange(60))
    found = NeighbourScores(graph.adjacency, NAMES)(pairs)
    torch.testing.assert_close(found, oracle(graph, pairs))
    assert (found[:, 0] > 2).any()


def test_one_by_hand() -> None:
    # 0 and 1 have the neighbours 2, of degree 2, and 3, of degree 3, in common.
    graph = graph_from_arrays(torch.eye(5), [0, 1, 0, 1, 0], [[0, 0, 1, 1, 3], [2, 3, 2, 3, 4]])
    found = NeighbourScores(graph.adjacency, ["ra", "cn"])(torch.tensor([[0, 1]]))
    torch.testing.assert_close(found, torch.tensor([[1 / 2 + 1 / 3, 2.0]], dtype=torch.float64))


def test_the_edge_between_the_two_enters_none_of_them() -> None:
    graph = tiny_graph()
    pair = graph.edge_index[:, :1].T
    kept = ~((graph.edge_index == pair.T).all(0) | (graph.edge_index == pair.flip(1).T).all(0))
    without = graph_from_arrays(graph.features, graph.labels, graph.edge_index[:, kept])
    assert without.num_edges == graph.num_edges - 1
    found = [NeighbourScores(g.adjacency, NAMES)(pair) for g in (graph, without)]
    torch.testing.assert_close(*found)


def test_isolated_nodes_and_a_node_with_itself_have_finite_scores() -> None:
    graph = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0], [1]])
    found = NeighbourScores(graph.adjacency, NAMES)(torch.tensor([[2, 3], [0, 2], [0, 0]]))
    assert found[:2].tolist() == [[0, 0, 0], [0, 0, 0]]
    assert found[2, 0] == 1
    assert torch.isfinite(found).all()


@pytest.mark.parametrize("at_once", [1, 30, 10**6])
def test_pairs_are_read_in_parts_of_bounded_size(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    graph, pairs = tiny_graph(), torch.combinations(torch.arange(20))
    expected = NeighbourScores(graph.adjacency, NAMES)(pairs)
    monkeypatch.setattr("gnn2mlp.teachers._pair_scores._AT_ONCE", at_once)
    scores = NeighbourScores(graph.adjacency, NAMES)
    parts = list(scores._parts(pairs))
    assert torch.equal(torch.cat(parts), pairs)
    assert all(len(part) == 1 or graph.degree[part].sum() <= at_once for part in parts)
    torch.testing.assert_close(scores(pairs), expected)
    assert scores(pairs[:0]).shape == (0, 3)
