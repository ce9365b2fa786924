"""Graph operators against dense matrices worked by hand."""

from collections.abc import Callable

import pytest
import torch

from gnn2mlp.data import Block, NeighbourSampler
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers._operators import gcn_operator, mean_operator, mean_with_self_operator
from tests.helpers import tiny_graph

Operator = Callable[[Block], CSR]

# A path 0 - 1 - 2 and the isolated node 3.
PATH = CSR.from_dense(torch.tensor([[0.0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]))


def test_gcn_operator_by_hand() -> None:
    # Degrees with self-loop: 2, 3, 2, 1. Entry (i, j) is 1 / sqrt(d_i d_j).
    end, mid = 1 / 2, 6**-0.5
    expected = torch.tensor([[end, mid, 0, 0], [mid, 1 / 3, mid, 0], [0, mid, end, 0], [0, 0, 0, 1]])
    torch.testing.assert_close(NeighbourSampler(PATH).whole().operator(gcn_operator).to_dense(), expected)


def test_mean_with_self_by_hand() -> None:
    expected = torch.tensor([[1 / 2, 1 / 2, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0], [0, 1 / 2, 1 / 2, 0], [0, 0, 0, 1]])
    torch.testing.assert_close(NeighbourSampler(PATH).whole().operator(mean_with_self_operator).to_dense(), expected)


def test_mean_by_hand() -> None:
    expected = torch.tensor([[0, 1, 0, 0], [1 / 2, 0, 1 / 2, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    torch.testing.assert_close(NeighbourSampler(PATH).whole().operator(mean_operator).to_dense(), expected)


@pytest.mark.parametrize("operator", [gcn_operator, mean_operator, mean_with_self_operator])
def test_rows_of_a_full_block_are_rows_of_the_whole_operator(operator: Operator) -> None:
    sampler, targets = NeighbourSampler(tiny_graph().adjacency), torch.tensor([9, 4, 33])
    block = sampler.block(targets)
    spread = torch.zeros(3, 60)
    spread[:, block.sources] = block.operator(operator).to_dense()
    torch.testing.assert_close(spread, sampler.whole().operator(operator).to_dense()[targets])


@pytest.mark.parametrize("operator", [gcn_operator, mean_operator])
def test_sampled_operator_is_unbiased(operator: Operator) -> None:
    sampler, random, draws = NeighbourSampler(tiny_graph().adjacency), torch.Generator().manual_seed(0), 600
    total = torch.zeros(60, 60)
    for _ in range(draws):
        block = sampler.block(torch.arange(60), 2, random)
        total[:, block.sources] += block.operator(operator).to_dense()
    full = sampler.whole().operator(operator).to_dense()
    # With fan-out k of d neighbours, one draw of an entry w is w d/k with probability k/d: a variance of w² (d/k - 1).
    degree = sampler.degree[:, None]
    sigma = full * ((degree / 2 - 1).clamp(min=0) / draws).sqrt()
    off = total / draws - full
    assert (off.abs() <= 5 * sigma + 1e-5).all()
    assert off.abs().max() > 1e-3  # the draws did differ
