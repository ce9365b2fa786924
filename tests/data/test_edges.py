import torch

from gnn2mlp.data.edges import canonical_edges
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
