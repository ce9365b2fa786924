"""Dirichlet energies: by hand, edge by edge, of sparse rows, and their ratios."""

import math

import pytest
import torch

from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.energy import dirichlet_energy, log_ratio
from tests.helpers import tiny_graph

RANDOM = torch.Generator().manual_seed(0)


@pytest.mark.parametrize("directed", [False, True])
def test_equals_the_sum_over_edges(directed: bool) -> None:
    links = tiny_graph(weighted=True, directed=directed).adjacency
    rows = torch.randn(60, 5, generator=RANDOM)
    rows[3] = 0
    expected = 0.0
    for i, j, weight in zip(links.row_ids().tolist(), links.indices.tolist(), links.values.tolist(), strict=True):
        first, second = (rows[k] / max(float(rows[k].norm()), 1e-30) for k in (i, j))
        expected += weight * float((first - second).square().sum())
    assert dirichlet_energy(rows, links).item() == pytest.approx(expected, rel=1e-5)


def test_sparse_rows_have_the_energy_of_dense_ones() -> None:
    links = tiny_graph().adjacency
    rows = torch.rand(60, 9, generator=RANDOM) * (torch.rand(60, 9, generator=RANDOM) < 0.3)
    rows[3] = 0
    torch.testing.assert_close(dirichlet_energy(CSR.from_dense(rows), links), dirichlet_energy(rows, links))


def test_lengths_take_no_gradient() -> None:
    """The gradient is that of rows divided by constants."""
    links = tiny_graph().adjacency
    rows = torch.randn(60, 4, generator=RANDOM).requires_grad_()
    (found,) = torch.autograd.grad(dirichlet_energy(rows, links), rows)
    length = rows.detach().norm(dim=1, keepdim=True)
    unit, dense = (rows / length).double(), links.to_dense().double()
    energy = (dense[:, :, None] * (unit[:, None] - unit[None]).square()).sum()
    torch.testing.assert_close(found, torch.autograd.grad(energy, rows)[0])


def test_rows_alike_have_none() -> None:
    assert dirichlet_energy(torch.ones(60, 3), tiny_graph().adjacency) < 1e-9


def test_ratio_without_an_energy_is_1_and_has_no_gradient() -> None:
    some, none = torch.tensor(3.0, requires_grad=True), torch.tensor(0.0, requires_grad=True)
    assert log_ratio(some, torch.tensor(2.0)).item() == pytest.approx(math.log(1.5))
    for pair in ((some, none), (none, some)):
        value = log_ratio(*pair)
        assert value == 0
        assert all(g == 0 for g in torch.autograd.grad(value, pair))
