import torch

from gnn2mlp.data import graph_from_arrays
from gnn2mlp.data.walks import context_nodes, random_walks
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_graph


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def lonely() -> CSR:
    """The tiny graph of which nodes 0..4 have lost their edges."""
    graph = tiny_graph()
    kept = (graph.edge_index >= 5).all(0)
    return graph_from_arrays(graph.features, graph.labels, graph.edge_index[:, kept]).adjacency


def test_every_step_goes_along_an_edge() -> None:
    adjacency = tiny_graph().adjacency
    starts = torch.arange(len(adjacency)).repeat(50)
    visited = torch.cat([starts[:, None], random_walks(adjacency, starts, 3, seeded())], dim=1)
    for here, there in zip(visited.T, visited.T[1:], strict=False):
        assert adjacency.contains(here, there).all()


def test_neighbours_are_drawn_by_the_weights_of_edges() -> None:
    star = graph_from_arrays(torch.eye(4), [0, 1, 0, 1], [[0, 0, 0], [1, 2, 3]], edge_weight=[6.0, 3.0, 1.0])
    ends = random_walks(star.adjacency, torch.zeros(20_000, dtype=torch.int64), 1, seeded())
    share = torch.bincount(ends[:, 0], minlength=4) / 20_000
    torch.testing.assert_close(share, torch.tensor([0.0, 0.6, 0.3, 0.1]), atol=0.02, rtol=0)


def test_a_walk_ends_where_no_edge_leaves() -> None:
    one_way = graph_from_arrays(torch.eye(3), [0, 1, 0], [[1, 2], [0, 1]], directed=True)  # 0 receives from 1, 1 from 2
    assert random_walks(one_way.adjacency, torch.tensor([0, 2]), 3, seeded()).tolist() == [[1, 2, -1], [-1, -1, -1]]


def test_near_contexts_lie_within_so_many_hops() -> None:
    adjacency = tiny_graph().adjacency
    within = reach = torch.eye(len(adjacency))
    for _ in range(2):
        reach = adjacency @ reach
        within = within + reach
    found = context_nodes(adjacency, walks=40, hops=2, far=1, random=seeded())
    assert found.shape == (len(adjacency), 40 * 2 * 2)
    near, far = found[:, :80], found[:, 80:]
    rows = torch.arange(len(adjacency))[:, None]
    assert within[rows, near].bool().all()
    assert not within[rows, far].bool().all()
    first = near.view(len(adjacency), 40, 2)[:, :, 0]
    assert adjacency.contains(rows.expand_as(first).flatten(), first.flatten()).all()


def test_far_contexts_are_drawn_evenly_from_all_nodes() -> None:
    adjacency = tiny_graph().adjacency
    far = context_nodes(adjacency, walks=1, hops=1, far=500, random=seeded())[:, 1:]
    share = torch.bincount(far.flatten(), minlength=len(adjacency)) / far.numel()
    torch.testing.assert_close(share, torch.full_like(share, 1 / len(adjacency)), rtol=0.25, atol=0)


def test_isolated_nodes_get_random_contexts_alone() -> None:
    found = context_nodes(lonely(), walks=100, hops=2, far=0, random=seeded())
    assert not (found < 0).any()
    assert all(row.unique().numel() > 50 for row in found[:5])  # of 60 nodes
    assert (found[5:] >= 5).all()


def test_same_generator_same_contexts_and_another_differs() -> None:
    adjacency = tiny_graph().adjacency
    first, second, third = (context_nodes(adjacency, 3, 2, 1, seeded(seed)) for seed in (0, 0, 1))
    assert torch.equal(first, second)
    assert not torch.equal(first, third)


def test_no_random_contexts_are_none() -> None:
    assert context_nodes(tiny_graph().adjacency, walks=3, hops=2, far=0, random=seeded()).shape == (60, 6)
