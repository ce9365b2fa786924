"""Decoupled distillation: two divergences, and how they add up to the usual one."""

import math

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.objectives import Decoupled
from tests.objectives.slow import ROWS, STUDENT, of_logits, pairs, softmax


def parts(temperature: float) -> list[tuple[float, float, float]]:
    """Per row: divergence of the true class against the rest, that among the rest, and the teacher's 1 - p_y."""
    found = []
    for teacher, student, true in pairs():
        p, q = softmax(teacher, temperature), softmax(student, temperature)
        rest_p, rest_q = 1 - p[true], 1 - q[true]
        target = p[true] * math.log(p[true] / q[true]) + rest_p * math.log(rest_p / rest_q)
        among = [(p[c] / rest_p, q[c] / rest_q) for c in range(4) if c != true]
        found.append((target, sum(a * math.log(a / b) for a, b in among), rest_p))
    return found


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_equals_a_loop_over_classes(temperature: float) -> None:
    expected = sum(0.5 * target + 3 * others for target, others, _ in parts(temperature)) / ROWS
    value = Decoupled(0.5, 3.0, temperature)(of_logits())
    assert value.item() == pytest.approx(temperature**2 * expected, rel=1e-5)


def test_the_usual_divergence_is_the_first_part_and_a_share_of_the_second() -> None:
    whole = sum(target + rest * others for target, others, rest in parts(1.0))
    both = [(softmax(teacher), softmax(student)) for teacher, student, _ in pairs()]
    assert whole == pytest.approx(sum(a * math.log(a / b) for p, q in both for a, b in zip(p, q, strict=True)))


def test_two_classes_have_no_second_part() -> None:
    there = of_logits(STUDENT[:, :2], 2 * STUDENT[:, :2], torch.tensor([0, 1, -1, 0, 1, -1]))
    assert Decoupled(0.0, 1.0)(there).item() == 0
    assert Decoupled(1.0, 0.0)(there) > 0.01


def test_gradient() -> None:
    assert torch.autograd.gradcheck(lambda x: Decoupled()(of_logits(x)), (STUDENT.clone().requires_grad_(),))


def test_negative_weights_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"decoupled\.other_weight: expected at least 0, got -1"):
        Decoupled(other_weight=-1)
