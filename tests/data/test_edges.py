import torch
from torch_geometric.utils import coalesce

from gnn2mlp.data.edges import canonical_edges, directed_edges, weighted_edges
from tests.helpers import tiny_arrays


def test_a_small_list_worked_by_hand() -> None:
    # Self-loop at 1; (2, 0) twice; (0, 2) is the other direction of it and no duplicate; (3, 1) alone.
    edges = torch.tensor([[1, 2, 2, 0, 3], [1, 0, 0, 2, 1]])
    canonical, notes = canonical_edges(edges, 4)
    assert canonical.tolist() == [[0, 1, 2, 3], [2, 3, 0, 1]]
    assert notes == {"self_loops": 1, "duplicates": 1}


def test_canonical_edges_stay_as_they_are() -> None:
    once, _ = canonical_edges(torch.from_numpy(tiny_arrays()[2]), 60)
    twice, notes = canonical_edges(once, 60)
    assert torch.equal(once, twice)
    assert notes == {}


def test_the_argument_is_not_changed() -> None:
    edges = torch.tensor([[3, 1], [0, 1]])
    canonical_edges(edges, 4)
    assert edges.tolist() == [[3, 1], [0, 1]]


def test_equals_the_textbook_form_on_a_random_graph() -> None:
    edges = torch.from_numpy(tiny_arrays(seed=5)[2])
    canonical, _ = canonical_edges(edges, 60)
    expected = torch.zeros(60, 60)
    expected[edges[0], edges[1]] = 1
    expected = torch.maximum(expected, expected.T)
    assert canonical.tolist() == expected.nonzero().T.tolist()


def test_only_self_loops_leave_nothing() -> None:
    canonical, notes = canonical_edges(torch.tensor([[0, 1], [0, 1]]), 2)
    assert canonical.shape == (2, 0)
    assert notes == {"self_loops": 2}


def test_ids_near_the_end_of_32_bits_do_not_overflow() -> None:
    nodes = 2**31
    canonical, _ = canonical_edges(torch.tensor([[nodes - 1], [nodes - 2]]), nodes)
    assert canonical.tolist() == [[nodes - 2, nodes - 1], [nodes - 1, nodes - 2]]


def random_edges(seed: int, count: int = 400, nodes: int = 30) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    return torch.randint(nodes, (2, count), generator=random), torch.rand(count, generator=random) + 0.1


def test_weights_worked_by_hand() -> None:
    # 0-1 twice there (1 + 2) and once back (5): 4. A self-loop at 2. 3-1 once, with weight 7, in both directions.
    edges = torch.tensor([[0, 0, 1, 2, 3], [1, 1, 0, 2, 1]])
    made = weighted_edges(edges, torch.tensor([1.0, 2.0, 5.0, 9.0, 7.0]), 4)
    assert made.edge_index.tolist() == [[0, 1, 1, 3], [1, 0, 3, 1]]
    assert made.weight is not None
    assert made.weight.tolist() == [4, 4, 7, 7]
    assert made.notes == {"self_loops": 1, "duplicates": 1, "unequal_directions": 1}


def test_weighted_edges_are_those_without_weights_and_stay_as_they_are() -> None:
    edges, weight = random_edges(0)
    made = weighted_edges(edges, weight, 30)
    plain, _ = canonical_edges(edges, 30)
    assert torch.equal(made.edge_index, plain)
    assert made.weight is not None
    dense = torch.zeros(30, 30)
    dense[made.edge_index[0], made.edge_index[1]] = made.weight
    assert torch.equal(dense, dense.T)
    again = weighted_edges(made.edge_index, made.weight, 30)
    assert torch.equal(again.edge_index, made.edge_index)
    assert torch.equal(torch.as_tensor(again.weight), made.weight)
    assert again.notes == {}


def test_weights_of_one_direction_are_summed_as_by_pyg() -> None:
    edges, weight = random_edges(1)
    ours = directed_edges(edges, weight, 30)
    proper = edges[0] != edges[1]
    theirs, sums = coalesce(edges[:, proper], weight[proper], num_nodes=30, sort_by_row=False)
    assert torch.equal(ours.edge_index, theirs)
    torch.testing.assert_close(ours.weight, sums)
    assert ours.notes == {
        "self_loops": int((~proper).sum()),
        "duplicates": int(proper.sum()) - theirs.size(1),
    }
    without = directed_edges(edges, None, 30)
    assert torch.equal(without.edge_index, theirs)
    assert without.notes == ours.notes
    assert without.weight is None


def test_the_order_of_a_list_decides_nothing_but_rounding() -> None:
    edges, weight = random_edges(2)
    order = torch.randperm(400, generator=torch.Generator().manual_seed(0))
    for make in (weighted_edges, directed_edges):
        first, second = make(edges, weight, 30), make(edges[:, order], weight[order], 30)
        assert torch.equal(first.edge_index, second.edge_index)
        torch.testing.assert_close(first.weight, second.weight)


def test_no_edges_have_no_weights() -> None:
    for make in (weighted_edges, directed_edges):
        made = make(torch.tensor([[1], [1]]), torch.ones(1), 2)
        assert made.edge_index.shape == (2, 0)
        assert torch.as_tensor(made.weight).shape == (0,)
        assert made.notes == {"self_loops": 1}
