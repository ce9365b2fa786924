"""Edges with codes."""

import pytest
import torch

from gnn2mlp.data.edges import canonical_edges
from gnn2mlp.data.graphs.edges import coded_edges


@pytest.mark.parametrize("seed", range(3))
def test_codes_follow_their_edges_whatever_the_order(seed: int) -> None:
    random = torch.Generator().manual_seed(seed)
    edges = torch.randint(0, 12, (2, 60), generator=random)
    codes = (edges.min(0).values * 12 + edges.max(0).values)[:, None].repeat(1, 2)  # an edge's codes are its ends
    made = coded_edges(edges, codes, 12)
    assert torch.equal(made.edge_index, canonical_edges(edges, 12)[0])
    assert made.codes is not None
    ends = made.edge_index.min(0).values * 12 + made.edge_index.max(0).values
    assert torch.equal(made.codes, ends[:, None].repeat(1, 2))
    assert "unequal_codes" not in made.notes


def test_the_first_codes_of_an_edge_count() -> None:
    edges = torch.tensor([[0, 1, 0, 2, 1], [1, 0, 1, 2, 2]])
    made = coded_edges(edges, torch.tensor([[5], [6], [7], [8], [9]]), 3)
    assert made.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert made.codes is not None
    assert made.codes[:, 0].tolist() == [5, 5, 9, 9]
    assert made.notes == {"self_loops": 1, "duplicates": 1, "unequal_codes": 1}


def test_no_edge_is_no_fault() -> None:
    made = coded_edges(torch.zeros((2, 0), dtype=torch.int64), torch.zeros((0, 3), dtype=torch.int64), 4)
    assert made.edge_index.shape == (2, 0)
    assert made.codes is not None
    assert made.codes.shape == (0, 3)
    assert coded_edges(torch.zeros((2, 0), dtype=torch.int64), None, 4).codes is None
