import pytest
import torch

from gnn2mlp.nn.graph_pool import POOLINGS, pool, sizes

SETS = torch.tensor([0, 0, 0, 2])  # the second has no row
ROWS = torch.tensor([[1.0, -4.0], [2.0, -5.0], [6.0, -9.0], [-3.0, 7.0]])


@pytest.mark.parametrize(("how", "first"), [("mean", [3.0, -6.0]), ("sum", [9.0, -18.0]), ("max", [6.0, -4.0])])
def test_each_set_by_hand(how: str, first: list[float]) -> None:
    assert pool(ROWS, SETS, 3, how).tolist() == [first, [0.0, 0.0], [-3.0, 7.0]]  # type: ignore[arg-type]


@pytest.mark.parametrize("how", POOLINGS)
def test_gradients_are_right(how: str) -> None:
    rows = ROWS.double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: pool(x, SETS, 3, how), rows)  # type: ignore[arg-type]


def test_sizes_count_rows() -> None:
    assert sizes(SETS, 3, ROWS).flatten().tolist() == [3, 0, 1]
