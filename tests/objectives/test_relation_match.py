"""Relations: cosines of pairs of rows."""

import numpy as np
import pytest
import torch
from torch import Tensor

from gnn2mlp.objectives import RelationMatch
from tests.objectives.slow import STUDENT, TEACHER, normal, of_hidden, of_logits


def over_pairs(student: Tensor, teacher: Tensor, weights: Tensor | None = None) -> float:
    """The mean over pairs, one pair at a time."""
    weights = torch.ones(len(student)) if weights is None else weights
    total, mass = 0.0, 0.0
    for i in range(len(student)):
        for j in range(len(student)):
            cosines = [float(x[i] @ x[j] / (x[i].norm() * x[j].norm())) for x in (student, teacher)]
            weight = float(weights[i] * weights[j])
            total, mass = total + weight * (cosines[0] - cosines[1]) ** 2, mass + weight
    return total / mass


@pytest.mark.parametrize("rows", [4, 40])  # fewer than both widths together, and more
def test_equals_a_loop_over_pairs(rows: int) -> None:
    student, teacher = normal(rows, 5), normal(rows, 3, seed=2)
    value = RelationMatch()(of_hidden(student, teacher))
    assert value.item() == pytest.approx(over_pairs(student, teacher.float().double()), rel=1e-5)
    weights = torch.linspace(0.2, 2, rows)
    weighted = RelationMatch()(of_hidden(student, teacher, weights=weights))
    assert weighted.item() == pytest.approx(over_pairs(student, teacher.float().double(), weights), rel=1e-5)


def test_of_probabilities() -> None:
    value = RelationMatch("probabilities")(of_logits())
    expected = over_pairs(STUDENT.softmax(1), TEACHER.float().double().softmax(1))
    assert value.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("rows", [4, 40])
def test_turning_and_scaling_change_nothing(rows: int) -> None:
    teacher = normal(rows, 5)
    turn = torch.from_numpy(np.linalg.qr(normal(5, 5, seed=3).numpy())[0])
    student = (3 * teacher.float().double() @ turn).requires_grad_()
    value = RelationMatch()(of_hidden(student, teacher))
    value.backward()
    assert value < 1e-10
    assert student.grad is not None
    assert student.grad.abs().max() < 1e-6


def test_what_it_reads_follows_the_option() -> None:
    assert RelationMatch().needs == {"hidden"}
    assert RelationMatch("probabilities").needs == {"logits"}
    assert (RelationMatch().speaks_of_classes, RelationMatch("probabilities").speaks_of_classes) == (False, True)


@pytest.mark.parametrize("rows", [4, 12])
def test_gradient(rows: int) -> None:
    teacher, student = normal(rows, 3), normal(rows, 4, seed=5).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: RelationMatch()(of_hidden(x, teacher)), (student,))
