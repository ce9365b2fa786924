import numpy as np
import pytest
import torch

from gnn2mlp.nn import walk_encodings
from gnn2mlp.nn.partition import Ragged
from gnn2mlp.nn.walk_encodings import laplacian_eigenvectors, return_probabilities
from gnn2mlp.teachers._graph_patches import ragged_of
from tests.graphs import random_graphs

GRAPHS = ragged_of(random_graphs(count=15))
TRIANGLE = Ragged(np.array([0, 0, 1, 1, 2, 2]), np.array([1, 2, 0, 2, 0, 1]), np.array([0, 3, 4]))


def dense(graphs: Ragged) -> torch.Tensor:
    nodes = int(graphs.offsets[-1])
    adjacency = torch.zeros(nodes, nodes, dtype=torch.float64)
    adjacency[graphs.source, graphs.target] = 1.0
    return adjacency


def test_a_triangle_by_hand() -> None:
    # From a corner a walk is never back after one step, after two with 1/2, after three with 1/4.
    found = return_probabilities(TRIANGLE, 3)
    torch.testing.assert_close(found, torch.tensor([[0.0, 0.5, 0.25]] * 3 + [[0.0] * 3]))


@pytest.mark.parametrize("steps", [1, 2, 5, 8])
def test_they_are_diagonals_of_powers(steps: int) -> None:
    adjacency = dense(GRAPHS)
    walk = adjacency / adjacency.sum(1, keepdim=True).clamp(min=1)
    expected = [torch.linalg.matrix_power(walk, power).diagonal() for power in range(1, steps + 1)]
    torch.testing.assert_close(return_probabilities(GRAPHS, steps), torch.stack(expected, 1).float())


def test_a_few_graphs_at_a_time_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    together = return_probabilities(GRAPHS, 4)
    monkeypatch.setattr(walk_encodings, "_PAIRS", 30)
    torch.testing.assert_close(return_probabilities(GRAPHS, 4), together)


def test_eigenvectors_are_those_of_the_laplacian() -> None:
    found = laplacian_eigenvectors(GRAPHS, 2).double()
    adjacency = dense(GRAPHS)
    root = adjacency.sum(1).clamp(min=1e-9).sqrt()
    for start, stop in zip(GRAPHS.offsets[:-1], GRAPHS.offsets[1:], strict=True):
        own = slice(int(start), int(stop))
        laplacian = torch.eye(int(stop - start)).double() - adjacency[own, own] / (root[own, None] * root[own])
        for vector in found[own].T:
            value = vector @ laplacian @ vector
            torch.testing.assert_close(laplacian @ vector, value * vector, rtol=1e-4, atol=1e-5)
            assert vector.max() >= -vector.min() - 1e-6  # the largest is positive, or as large as one that is


def test_a_graph_of_one_node_has_no_second_eigenvector() -> None:
    assert laplacian_eigenvectors(TRIANGLE, 3)[3].tolist() == [0.0, 0.0, 0.0]
