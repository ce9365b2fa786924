import networkx as nx
import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.explore.surroundings import distance_to, node_homophily


def test_figures_of_a_graph_are_those_of_networkx() -> None:
    graph = nx.gnm_random_graph(40, 60, seed=0)
    links = nx.to_scipy_sparse_array(graph, format="csr")
    codes = np.random.default_rng(0).integers(-1, 3, size=40)
    shares, hops = node_homophily(sp.csr_matrix(links), codes), distance_to(sp.csr_matrix(links), np.array([0, 5]))
    for node in graph:
        near = [codes[k] for k in graph[node] if codes[k] >= 0]
        wanted = np.mean([k == codes[node] for k in near]) if near and codes[node] >= 0 else np.nan
        assert shares[node] == pytest.approx(wanted, nan_ok=True)
        ways = [nx.shortest_path_length(graph, node, s) for s in (0, 5) if nx.has_path(graph, node, s)]
        assert hops[node] == (min(ways) if ways else -1)


def test_hyperedges_join_those_that_they_hold() -> None:
    # Nodes 0, 1, 2 in one hyperedge, 0, 1 and 3 in another; node 4 in none.
    members = sp.csr_matrix(np.array([[1, 1], [1, 1], [1, 0], [0, 1], [0, 0]]))
    codes = np.array([0, 0, 1, 0, 0])
    assert node_homophily(members, codes) == pytest.approx([3 / 4, 3 / 4, 0, 1, np.nan], nan_ok=True)
    assert distance_to(members, np.array([2])).tolist() == [1, 1, 0, 2, -1]


def test_an_edge_that_is_given_one_way_is_walked_both_ways() -> None:
    one_way = sp.csr_matrix((np.ones(2), ([0, 1], [1, 2])), shape=(3, 3))
    assert distance_to(one_way, np.array([2])).tolist() == [2, 1, 0]
