import networkx as nx
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import GraphData, graph_from_arrays
from gnn2mlp.teachers import _short_paths
from gnn2mlp.teachers._short_paths import ShortPaths


def sparse_graph(nodes: int = 60, edges: int = 70) -> GraphData:
    ends = torch.randint(nodes, (2, edges), generator=torch.Generator().manual_seed(3))
    return graph_from_arrays(torch.eye(nodes), [0, 1] * (nodes // 2), ends)


def oracle(graph: GraphData, pairs: torch.Tensor, cap: int) -> torch.Tensor:
    """The same by networkx, each pair's own edge taken out and put back."""
    drawn = nx.Graph()
    drawn.add_nodes_from(range(graph.num_nodes))
    drawn.add_edges_from(graph.edge_index.T.tolist())
    found = []
    for u, v in pairs.tolist():
        there = drawn.has_edge(u, v)
        if there:
            drawn.remove_edge(u, v)
        length = nx.shortest_path_length(drawn, u, v) if nx.has_path(drawn, u, v) else cap + 1
        found.append(1 / length if length <= cap else 0.0)
        if there:
            drawn.add_edge(u, v)
    return torch.tensor(found, dtype=torch.float64)


@pytest.mark.parametrize("cap", [2, 3, 6])
@pytest.mark.parametrize("beside", [7, 256])
def test_it_is_the_inverse_of_networkx_shortest_path(cap: int, beside: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_short_paths, "_BESIDE", beside)
    graph = sparse_graph()
    pairs = torch.combinations(torch.arange(60))
    pairs = pairs[torch.randperm(len(pairs), generator=torch.Generator().manual_seed(0))]
    found = ShortPaths(graph.adjacency, cap)(pairs)
    torch.testing.assert_close(found, oracle(graph, pairs, cap))
    assert found.unique().numel() == cap, "every length occurs, and none"


def test_a_pair_is_the_same_in_either_order_and_however_often() -> None:
    paths, pairs = ShortPaths(sparse_graph().adjacency), torch.combinations(torch.arange(20))
    assert torch.equal(paths(pairs), paths(pairs.flip(1)))
    assert torch.equal(paths(torch.cat([pairs, pairs])), paths(pairs).repeat(2))
    assert paths(pairs[:0]).shape == (0,)


def test_a_cycle_without_the_pairs_own_edge_by_hand() -> None:
    ring = graph_from_arrays(torch.eye(5), [0, 1, 0, 1, 0], [[0, 1, 2, 3, 4], [1, 2, 3, 4, 0]])
    assert ShortPaths(ring.adjacency)(torch.tensor([[0, 1], [0, 2], [3, 3]])).tolist() == [0.25, 0.5, 1.0]
    assert ShortPaths(ring.adjacency, cap=3)(torch.tensor([[0, 1]])).tolist() == [0.0]


@pytest.mark.parametrize("cap", [127, 128, 300])
def test_paths_may_be_long(cap: int) -> None:
    path = graph_from_arrays(torch.eye(302), [0, 1] * 151, [range(301), range(1, 302)])
    found = ShortPaths(path.adjacency, cap)(torch.tensor([[0, cap], [0, cap + 1], [1, cap]]))
    torch.testing.assert_close(found, torch.tensor([1 / cap, 0, 1 / (cap - 1)], dtype=torch.float64))


def test_a_cap_that_no_pair_is_within_is_refused() -> None:
    with pytest.raises(ConfigError, match="at least 2 edges"):
        ShortPaths(sparse_graph().adjacency, cap=1)
