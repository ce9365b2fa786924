"""OFA-KD: raised targets, and soft labels where nothing is raised."""

import math

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.objectives import OFA, SoftLabels
from tests.objectives.slow import ROWS, STUDENT, of_logits, pairs, softmax


@pytest.mark.parametrize(("epsilon", "temperature"), [(1.0, 1.0), (1.4, 1.0), (2.0, 3.0)])
def test_equals_a_loop_over_classes(epsilon: float, temperature: float) -> None:
    total = 0.0
    for teacher, student, true in pairs():
        p, q = softmax(teacher, temperature), softmax(student, temperature)
        for c in range(4):
            own = 1 if c == true else 0
            total -= ((p[c] + own) ** epsilon - own) * math.log(q[c])
    assert OFA(epsilon, temperature)(of_logits()).item() == pytest.approx(total / ROWS, rel=1e-5)


def test_without_raising_its_gradient_is_that_of_soft_labels() -> None:
    gradients = []
    for objective in (OFA(1.0), SoftLabels()):
        student = STUDENT.clone().requires_grad_()
        objective(of_logits(student)).backward()
        gradients.append(student.grad)
    torch.testing.assert_close(*gradients, rtol=1e-5, atol=1e-6)


def test_gradient() -> None:
    assert torch.autograd.gradcheck(lambda x: OFA()(of_logits(x)), (STUDENT.clone().requires_grad_(),))


def test_an_epsilon_below_1_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"ofa\.epsilon: expected at least 1, got 0\.5"):
        OFA(0.5)
