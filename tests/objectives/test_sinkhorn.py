"""Sinkhorn: transport between the answers of a batch."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.objectives import Sinkhorn
from tests.objectives.slow import STUDENT, TEACHER, of_logits


def cost_matrix(temperature: float) -> np.ndarray:
    ours, theirs = ((x / temperature).softmax(1).numpy() for x in (STUDENT, TEACHER.float().double()))
    return cdist(ours, theirs, "cityblock")


def scaled(cost: np.ndarray, epsilon: float, iterations: int, share: np.ndarray) -> float:
    """Mean cost by scaling the kernel itself, not its logarithm."""
    kernel = np.exp(-cost / epsilon)
    for _ in range(iterations):
        kernel *= (share / kernel.sum(1))[:, None]
        kernel *= share / kernel.sum(0)
    return float((kernel * cost).sum())


@pytest.mark.parametrize("iterations", [1, 20])
def test_equals_scaling_of_the_kernel(iterations: int) -> None:
    expected = scaled(cost_matrix(2.0), 0.1, iterations, np.full(6, 1 / 6))
    assert Sinkhorn(0.1, iterations)(of_logits()).item() == pytest.approx(expected, rel=1e-5)


def test_little_entropy_gives_the_cheapest_matching() -> None:
    cost = cost_matrix(2.0)
    matched = cost[linear_sum_assignment(cost)].mean()
    assert Sinkhorn(0.005, 2000)(of_logits()).item() == pytest.approx(matched, rel=1e-3)


def test_a_row_of_weight_2_is_two_rows() -> None:
    twice = of_logits(torch.cat([STUDENT, STUDENT[:1]]), torch.cat([TEACHER, TEACHER[:1]]), torch.full((7,), -1))
    weighted = replace(of_logits(), weights=torch.tensor([2.0, 1, 1, 1, 1, 1]))
    assert Sinkhorn()(weighted).item() == pytest.approx(Sinkhorn()(twice).item(), rel=1e-4)


def test_gradient() -> None:
    term = Sinkhorn(0.5, 5)
    assert torch.autograd.gradcheck(lambda x: term(of_logits(x)), (STUDENT.clone().requires_grad_(),))


def test_impossible_options_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"sinkhorn\.epsilon: expected a positive number, got 0"):
        Sinkhorn(0)
    with pytest.raises(ConfigError, match=r"sinkhorn\.iterations: expected at least 1, got 0"):
        Sinkhorn(iterations=0)
