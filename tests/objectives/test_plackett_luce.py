"""Plackett-Luce: the likelihood of a ranking, as a product of choices."""

import math

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.objectives import PlackettLuce
from tests.objectives.slow import ROWS, STUDENT, TEACHER, of_logits, pairs, softmax


@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_equals_a_loop_over_choices(temperature: float) -> None:
    total = 0.0
    for teacher, student, first in pairs():
        ranking = [first, *(c for c in sorted(range(4), key=lambda c: -teacher[c]) if c != first)]
        weights = softmax(teacher, temperature)
        for place, chosen in enumerate(ranking):
            left = sum(math.exp(student[c]) for c in ranking[place:])
            total -= weights[chosen] * math.log(math.exp(student[chosen]) / left)
    assert PlackettLuce(temperature)(of_logits()).item() == pytest.approx(total / ROWS, rel=1e-5)


def test_by_hand() -> None:
    # π = (1, 0), α = (1/4, 3/4) in that order; an even student: log 2 for the first choice, 0 for the last.
    teacher, student = torch.tensor([[math.log(3), 0.0]]), torch.zeros(1, 2)
    value = PlackettLuce()(of_logits(student, teacher, torch.tensor([1])))
    assert value.item() == pytest.approx(0.25 * math.log(2), rel=1e-6)


def test_a_sure_teacher_gives_cross_entropy() -> None:
    sure = torch.full((ROWS, 4), -60.0).scatter(1, TEACHER.argmax(1, keepdim=True), 60.0)
    value = PlackettLuce()(of_logits(teacher=sure, labels=torch.full((ROWS,), -1)))
    expected = torch.nn.functional.cross_entropy(STUDENT, TEACHER.argmax(1))
    assert value.item() == pytest.approx(expected.item(), rel=1e-5)


def test_gradient() -> None:
    assert torch.autograd.gradcheck(lambda x: PlackettLuce(2.0)(of_logits(x)), (STUDENT.clone().requires_grad_(),))


def test_impossible_temperature_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"plackett_luce\.temperature: expected a positive number, got 0"):
        PlackettLuce(0)
