"""Powers of the adjacency among few rows, against dense matrices."""

import pytest
import torch

from gnn2mlp.nn.csr import CSR
from gnn2mlp.objectives._hops import power_among
from tests.helpers import tiny_graph

KINDS = [{}, {"weighted": True}, {"weighted": True, "directed": True}]


def dense_power(adjacency: torch.Tensor, order: int) -> torch.Tensor:
    matrix = adjacency.double() + torch.eye(len(adjacency), dtype=torch.float64)
    scale = matrix.sum(1).rsqrt().diag()
    return torch.linalg.matrix_power(scale @ matrix @ scale, order).float()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_paths_lead_through_nodes_outside_the_batch(kind: dict[str, bool], order: int) -> None:
    adjacency = tiny_graph(**kind).adjacency
    rows = torch.tensor([17, 3, 40, 4, 59])
    expected = dense_power(adjacency.to_dense(), order)[rows][:, rows]
    torch.testing.assert_close(power_among(adjacency, rows, order), expected)


def test_two_steps_on_a_path_by_hand() -> None:
    # 0 - 1 - 2: degrees with self-loops 2, 3, 2; from 0 to 2 through 1: 1/sqrt(2·3) · 1/sqrt(3·2).
    path = CSR.from_dense(torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]))
    found = power_among(path, torch.tensor([0, 2]), 2)
    assert found[0, 1].item() == pytest.approx(1 / 6)
    assert found[0, 0].item() == pytest.approx(1 / 4 + 1 / 6)
