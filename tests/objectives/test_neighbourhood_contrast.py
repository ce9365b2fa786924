"""Graph-MLP's contrast: by hand, by a slow sum over pairs, and in mini-batches."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, NeighbourhoodContrast
from tests.helpers import tiny_graph
from tests.objectives.test_hops import dense_power
from tests.tiny import answered

ADJACENCY = tiny_graph().adjacency
HIDDEN = torch.randn(60, 4, generator=torch.Generator().manual_seed(0))


def batch(rows: Tensor, hidden: Tensor = HIDDEN, weights: Tensor | None = None, adjacency: CSR = ADJACENCY) -> Batch:
    output = MLPOutput(torch.zeros(len(rows), 3), hidden[rows])
    return answered(rows, torch.full_like(rows, -1), output, weights=weights, adjacency=adjacency)


def slow(rows: Tensor, order: int, tau: float, hidden: Tensor = HIDDEN) -> list[float | None]:
    """The loss of each row, one pair at a time; `None` of a row without a neighbour in the batch."""
    gamma, found = dense_power(ADJACENCY.to_dense(), order), []
    for i in rows.tolist():
        near = total = 0.0
        for j in rows.tolist():
            if i != j:
                value = math.exp(F.cosine_similarity(hidden[i], hidden[j], dim=0).item() / tau)
                near, total = near + gamma[i, j].item() * value, total + value
        found.append(-math.log(near / total) if near else None)
    return found


@pytest.mark.parametrize(("order", "tau"), [(1, 1.0), (2, 0.5), (3, 2.0)])
@pytest.mark.parametrize("rows", [range(60), [5, 1, 44, 30, 31, 6, 2]])
def test_is_the_slow_sum_over_pairs(order: int, tau: float, rows: list[int]) -> None:
    chosen = torch.tensor(list(rows))
    expected = [value for value in slow(chosen, order, tau) if value is not None]
    value = NeighbourhoodContrast(order, tau)(batch(chosen))
    assert value.item() == pytest.approx(sum(expected) / len(expected), rel=1e-5)


def test_three_nodes_by_hand() -> None:
    # 0 - 1 and 2 alone, which says nothing. z_0 = z_1, z_2 at a right angle; γ_01 = 1/2, τ = 1/2:
    # -log( 1/2 e² / (e² + 1) ) for both ends.
    pair = CSR.from_dense(torch.tensor([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
    hidden = torch.tensor([[2.0, 0.0], [5.0, 0.0], [0.0, 1.0]])
    value = NeighbourhoodContrast(order=1, temperature=0.5)(batch(torch.arange(3), hidden, adjacency=pair))
    assert value.item() == pytest.approx(math.log(2) + math.log(1 + math.exp(-2)))


def test_falls_as_neighbours_come_together() -> None:
    graph = tiny_graph()
    together = F.one_hot(graph.labels, 3).float() + 0.01 * HIDDEN[:, :3]  # neighbours mostly are of one class
    rows = torch.arange(60)
    assert NeighbourhoodContrast()(batch(rows, together)) < NeighbourhoodContrast()(batch(rows)) - 0.2


def test_rows_without_neighbours_leave_no_trace() -> None:
    alone = CSR.from_coo(*torch.zeros(2, 0, dtype=torch.int64), torch.zeros(0), (60, 60))
    hidden = HIDDEN.clone().requires_grad_()
    value = NeighbourhoodContrast()(batch(torch.arange(60), hidden, adjacency=alone))
    value.backward()
    assert value.item() == 0
    assert hidden.grad is not None
    assert not hidden.grad.any()
    single = NeighbourhoodContrast()(batch(torch.tensor([4])))
    assert single.item() == 0


def test_a_low_temperature_stays_finite() -> None:
    hidden = HIDDEN.clone().requires_grad_()
    value = NeighbourhoodContrast(temperature=1e-3)(batch(torch.arange(60), hidden))
    value.backward()
    assert torch.isfinite(value)
    assert hidden.grad is not None
    assert torch.isfinite(hidden.grad).all()


def test_weights_of_rows_count() -> None:
    rows, weights = torch.arange(60), torch.linspace(0.1, 2.0, 60)
    values = slow(rows, 2, 1.0)
    expected = sum(w * v for w, v in zip(weights.tolist(), values, strict=True) if v) / sum(
        w for w, v in zip(weights.tolist(), values, strict=True) if v
    )
    assert NeighbourhoodContrast()(batch(rows, weights=weights)).item() == pytest.approx(expected, rel=1e-5)


def test_gradient() -> None:
    hidden = HIDDEN[:12].double().requires_grad_()
    adjacency = CSR.from_dense(ADJACENCY.to_dense()[:12, :12])
    term = NeighbourhoodContrast(2, 0.7)
    assert torch.autograd.gradcheck(lambda z: term(batch(torch.arange(12), z, adjacency=adjacency)), (hidden,))


@pytest.mark.parametrize("options", [{"order": 0}, {"temperature": 0.0}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=f"neighbourhood_contrast.{next(iter(options))}"):
        NeighbourhoodContrast(**options)
