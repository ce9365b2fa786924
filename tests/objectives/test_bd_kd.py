"""BD-KD: which divergence counts more, row by row."""

import math

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.objectives import BDKD, SoftLabels
from tests.objectives.slow import ROWS, STUDENT, of_logits, pairs, softmax


def divergence(p: list[float], q: list[float]) -> float:
    return sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))


def entropy(p: list[float]) -> float:
    return -sum(a * math.log(a) for a in p)


@pytest.mark.parametrize(("raised", "temperature"), [(2.0, 1.0), (3.0, 2.0)])
def test_equals_a_loop_over_rows(raised: float, temperature: float) -> None:
    total, seen = 0.0, set()
    for teacher, student, _ in pairs():
        p, q = softmax(teacher, temperature), softmax(student, temperature)
        less_sure = entropy(q) > entropy(p)
        seen.add(less_sure)
        forward, reverse = (1.0, raised) if less_sure else (raised, 1.0)
        total += forward * divergence(p, q) + reverse * divergence(q, p)
    assert seen == {True, False}
    value = BDKD(raised, temperature)(of_logits())
    assert value.item() == pytest.approx(temperature**2 * total / ROWS, rel=1e-5)


def test_a_flat_student_is_drawn_by_the_reverse_divergence() -> None:
    teacher, flat = torch.tensor([[math.log(3), 0.0]]), torch.zeros(1, 2)
    p, q = [0.75, 0.25], [0.5, 0.5]
    value = BDKD()(of_logits(flat, teacher, torch.tensor([-1])))
    assert value.item() == pytest.approx(divergence(p, q) + 2 * divergence(q, p), rel=1e-6)
    assert value > SoftLabels()(of_logits(flat, teacher, torch.tensor([-1])))


def test_gradient() -> None:
    assert torch.autograd.gradcheck(lambda x: BDKD()(of_logits(x)), (STUDENT.clone().requires_grad_(),))


def test_a_weight_below_1_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"bd_kd\.raised: expected at least 1, got 0\.5"):
        BDKD(0.5)
