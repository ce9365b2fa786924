"""Graph operators against dense matrices worked by hand."""

from collections.abc import Callable

import pytest
import torch

from gnn2mlp.data import GraphBlock, NeighbourSampler
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers._operators import gcn_operator, mean_operator, mean_with_self_operator, propagate
from tests.helpers import tiny_graph

Operator = Callable[[GraphBlock], CSR]

# A path 0 - 1 - 2 and the isolated node 3.
PATH = CSR.from_dense(torch.tensor([[0.0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]]))


def test_gcn_operator_by_hand() -> None:
    # Degrees with self-loop: 2, 3, 2, 1. Entry (i, j) is 1 / sqrt(d_i d_j).
    end, mid = 1 / 2, 6**-0.5
    expected = torch.tensor([[end, mid, 0, 0], [mid, 1 / 3, mid, 0], [0, mid, end, 0], [0, 0, 0, 1]])
    torch.testing.assert_close(NeighbourSampler(PATH).full_block().operator(gcn_operator).to_dense(), expected)


def test_mean_with_self_by_hand() -> None:
    expected = torch.tensor([[1 / 2, 1 / 2, 0, 0], [1 / 3, 1 / 3, 1 / 3, 0], [0, 1 / 2, 1 / 2, 0], [0, 0, 0, 1]])
    torch.testing.assert_close(
        NeighbourSampler(PATH).full_block().operator(mean_with_self_operator).to_dense(), expected
    )


def test_mean_by_hand() -> None:
    expected = torch.tensor([[0, 1, 0, 0], [1 / 2, 0, 1 / 2, 0], [0, 1, 0, 0], [0, 0, 0, 0]])
    torch.testing.assert_close(NeighbourSampler(PATH).full_block().operator(mean_operator).to_dense(), expected)


@pytest.mark.parametrize("operator", [gcn_operator, mean_operator, mean_with_self_operator])
def test_rows_of_a_full_block_are_rows_of_the_whole_operator(operator: Operator) -> None:
    sampler, targets = NeighbourSampler(tiny_graph().adjacency), torch.tensor([9, 4, 33])
    block = sampler.block(targets)
    spread = torch.zeros(3, 60)
    spread[:, block.sources] = block.operator(operator).to_dense()
    torch.testing.assert_close(spread, sampler.full_block().operator(operator).to_dense()[targets])


@pytest.mark.parametrize("operator", [gcn_operator, mean_operator])
def test_sampled_operator_is_unbiased(operator: Operator) -> None:
    sampler, random, draws = NeighbourSampler(tiny_graph().adjacency), torch.Generator().manual_seed(0), 600
    total = torch.zeros(60, 60)
    for _ in range(draws):
        block = sampler.block(torch.arange(60), 2, random)
        total[:, block.sources] += block.operator(operator).to_dense()
    full = sampler.full_block().operator(operator).to_dense()
    # With fan-out k of d neighbours, one draw of an entry w is w d/k with probability k/d: a variance of w² (d/k - 1).
    degree = sampler.degree[:, None]
    sigma = full * ((degree / 2 - 1).clamp(min=0) / draws).sqrt()
    off = total / draws - full
    assert (off.abs() <= 5 * sigma + 1e-5).all()
    assert off.abs().max() > 1e-3  # the draws did differ


def watched(operator: Operator) -> tuple[Operator, list[int]]:
    """The operator, and a list that receives the width of every product with it."""
    widths: list[int] = []

    class Watched(CSR):
        def __matmul__(self, dense: torch.Tensor) -> torch.Tensor:
            widths.append(dense.size(1))
            return super().__matmul__(dense)

    def make(block: GraphBlock) -> CSR:
        made = operator(block)
        return Watched(made.indptr, made.indices, made.values, made.shape)

    return make, widths


@pytest.mark.parametrize("bias", [None, torch.arange(5.0)])
@pytest.mark.parametrize(("width", "out"), [(3, 5), (12, 5)])
@pytest.mark.parametrize("form", ["dense", "sparse", "repeated"])
def test_spread_is_the_product_in_whatever_order(form: str, width: int, out: int, bias: torch.Tensor | None) -> None:
    random = torch.Generator().manual_seed(0)
    sampler = NeighbourSampler(tiny_graph().adjacency)
    weight = torch.randn(width, out, generator=random, requires_grad=True)
    for block in (sampler.full_block(), sampler.block(torch.tensor([9, 4, 33]))):
        x = torch.randn(block.sources.numel(), width, generator=random)
        if form == "repeated":
            block.repeat(x)
        dense = block.operator(gcn_operator).to_dense() @ x @ weight + (0 if bias is None else bias)
        for _ in range(2):  # the second time from what was kept
            ours = propagate(block, gcn_operator, CSR.from_dense(x) if form == "sparse" else x, weight, bias)
            torch.testing.assert_close(ours, dense)
            (expected,) = torch.autograd.grad(dense.square().sum(), weight, retain_graph=True)
            torch.testing.assert_close(torch.autograd.grad(ours.square().sum(), weight)[0], expected)


@pytest.mark.parametrize(
    ("width", "out", "kept", "expected"),
    [
        (4, 8, False, [4, 4]),  # narrower before the map: aggregated first, in every pass
        (8, 4, False, [4, 4]),  # narrower behind it
        (8, 4, True, [8]),  # known to come again: once
    ],
)
def test_spread_aggregates_where_rows_are_narrow(width: int, out: int, kept: bool, expected: list[int]) -> None:
    make, widths = watched(gcn_operator)
    block, x = NeighbourSampler(tiny_graph().adjacency).full_block(), torch.randn(60, width)
    if kept:
        block.repeat(x)
    for _ in range(2):
        propagate(block, make, x, torch.randn(width, out))
    assert widths == expected


def test_few_targets_of_many_sources_are_aggregated_before_they_are_mapped() -> None:
    # Five leaves reach the centre: mapping one row of 200 costs less than mapping six of them.
    star = CSR.from_coo(torch.zeros(5, dtype=torch.int64), torch.arange(1, 6), torch.ones(5), (6, 6))
    block = NeighbourSampler(star).block(torch.tensor([0]))
    make, widths = watched(mean_operator)
    propagate(block, make, torch.randn(6, 200), torch.randn(200, 100))
    assert widths == [200]


def test_what_was_kept_is_not_taken_for_other_rows() -> None:
    block = NeighbourSampler(PATH).full_block()
    first, second = torch.eye(4), 2 * torch.eye(4)
    block.repeat(first)
    assert block.repeats(first)
    assert not block.repeats(second)
    kept = block.aggregated(mean_operator, first)
    assert block.aggregated(mean_operator, first) is kept
    torch.testing.assert_close(block.aggregated(mean_operator, second), 2 * kept)
