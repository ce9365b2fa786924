"""The normalised adjacency, against dense matrices."""

import pytest
import torch

from gnn2mlp.nn.normalised import normalised
from tests.helpers import tiny_graph


@pytest.mark.parametrize("kind", [{}, {"weighted": True}, {"weighted": True, "directed": True}])
def test_is_that_of_dense_matrices(kind: dict[str, bool]) -> None:
    adjacency = tiny_graph(**kind).adjacency
    loops = adjacency.to_dense() + torch.eye(60)
    scale = loops.sum(1).rsqrt().diag()
    torch.testing.assert_close(normalised(adjacency).to_dense(), scale @ loops @ scale)
    assert normalised(adjacency) is normalised(adjacency)
