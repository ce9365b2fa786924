"""The hinges between all pairs, against two loops over them."""

import pytest
import torch
from torch import Tensor

from gnn2mlp.objectives import _ordered_pairs
from gnn2mlp.objectives._ordered_pairs import ordered_hinges


def looped(student: Tensor, teacher: Tensor, margin: float) -> tuple[Tensor, int]:
    total, ordered = torch.zeros((), dtype=student.dtype), 0
    for own, y in zip(student, teacher, strict=True):
        for i in range(len(y)):
            for k in range(len(y)):
                if y[i] - y[k] > margin:
                    total, ordered = total + (own[k] - own[i] + margin).clamp(min=0), ordered + 1
    return total, ordered


def scores(rows: int, columns: int, seed: int = 0) -> tuple[Tensor, Tensor]:
    random = torch.Generator().manual_seed(seed)
    student, teacher = torch.rand(2, rows, columns, generator=random, dtype=torch.float64)
    return student.requires_grad_(), (8 * teacher).round() / 8  # some are equal


@pytest.mark.parametrize("budget", [1, 5, 40, 1 << 17])
@pytest.mark.parametrize(("rows", "columns"), [(3, 7), (1, 12), (4, 1), (0, 5), (2, 0)])
def test_equals_two_loops_in_value_and_gradient(
    budget: int, rows: int, columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_ordered_pairs, "_CPU_PAIRS", budget)
    student, teacher = scores(rows, columns)
    total, ordered = ordered_hinges(student, teacher, 0.2)
    expected, count = looped(student, teacher, 0.2)
    torch.testing.assert_close(total, expected)
    assert ordered.item() == count
    (2 * total).backward()
    if expected.requires_grad:
        torch.testing.assert_close(student.grad, torch.autograd.grad(2 * expected, student)[0])
    else:
        assert not student.grad.abs().sum()


def test_gradients_are_those_of_finite_differences() -> None:
    student, teacher = scores(3, 5, seed=1)
    torch.autograd.gradcheck(lambda x: ordered_hinges(x, teacher, 0.11)[0], student)


def test_half_precision_is_summed_in_single() -> None:
    student, teacher = (each.detach() for each in scores(16, 40))
    low = student.to(torch.bfloat16).requires_grad_()
    total, _ = ordered_hinges(low, teacher, 0.2)
    expected, _ = ordered_hinges(low.detach().double(), teacher, 0.2)
    torch.testing.assert_close(total, expected, rtol=1e-5, atol=0)
    total.backward()
    assert low.grad is not None
    assert low.grad.dtype == torch.bfloat16


def test_memory_is_bounded_by_a_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """No array of all pairs is ever made, of many rows or of many columns."""
    monkeypatch.setattr(_ordered_pairs, "_CPU_PAIRS", 1 << 10)
    for rows, columns in ((64, 8), (3, 200)):
        blocks = list(_ordered_pairs._blocks(torch.zeros(rows, columns)))
        sizes = [len(range(rows)[row]) * len(range(columns)[column]) * columns for row, column in blocks]
        assert max(sizes) <= 1 << 10
        assert sum(sizes) == rows * columns**2
