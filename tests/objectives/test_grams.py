"""The difference of Gram matrices: pair by pair, with fewer and more rows than columns."""

import pytest
import torch

from gnn2mlp.objectives._grams import gram_gap

RANDOM = torch.Generator().manual_seed(0)


@pytest.mark.parametrize("rows", [4, 30])  # with matrices of rows x rows, and without
@pytest.mark.parametrize("weighted", [False, True])
def test_equals_the_mean_over_pairs(rows: int, weighted: bool) -> None:
    ours, theirs = torch.randn(rows, 3, generator=RANDOM), torch.randn(rows, 5, generator=RANDOM)
    weights = torch.rand(rows, generator=RANDOM) if weighted else None
    ours.requires_grad_()
    total, count = torch.zeros(()), 0.0
    for i in range(rows):
        for j in range(rows):
            weight = 1.0 if weights is None else float(weights[i] * weights[j])
            total = total + weight * (ours[i] @ ours[j] - theirs[i] @ theirs[j]) ** 2
            count += weight
    found = gram_gap(ours, theirs, weights)
    torch.testing.assert_close(found, total / count)
    torch.testing.assert_close(
        *(torch.autograd.grad(value, ours, retain_graph=True)[0] for value in (found, total / count))
    )


@pytest.mark.parametrize("rows", [2, 200])
def test_is_0_of_turned_rows(rows: int) -> None:
    """Lengths and angles stay as they are, however large the numbers that cancel."""
    ours = 100 * torch.randn(rows, 4, generator=RANDOM)
    turn, _ = torch.linalg.qr(torch.randn(4, 4, generator=RANDOM))
    assert gram_gap(ours, ours @ turn) < 1e-4 * (ours @ ours.T).square().mean()


def test_rows_without_weight_do_not_count() -> None:
    ours, theirs = torch.randn(6, 2, generator=RANDOM), torch.randn(6, 2, generator=RANDOM)
    weights = torch.tensor([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    torch.testing.assert_close(gram_gap(ours, theirs, weights), gram_gap(ours[:3], theirs[:3]))
    assert gram_gap(ours, theirs, torch.zeros(6)) == 0
