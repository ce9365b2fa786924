"""The Kullback-Leibler divergence: by hand, against torch.distributions, and its gradient."""

import math

import pytest
import torch
from torch.distributions import Categorical
from torch.distributions import kl_divergence as reference

from gnn2mlp.nn.divergence import kl_divergence, probabilities_as_log_target


def random_logits(seed: int, dtype: torch.dtype = torch.float64, classes: int = 4) -> torch.Tensor:
    return 3 * torch.randn(6, classes, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def test_by_hand() -> None:
    # p = (3/4, 1/4), q = (1/2, 1/2): 3/4 ln(3/2) + 1/4 ln(1/2)
    teacher, student = torch.tensor([[math.log(3), 0.0]]), torch.zeros(1, 2)
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert kl_divergence(teacher, student).item() == pytest.approx(expected, rel=1e-6)


def test_runs_from_teacher_to_student() -> None:
    teacher, student = torch.tensor([[math.log(3), 0.0]]), torch.zeros(1, 2)
    backwards = 0.5 * math.log(2 / 3) + 0.5 * math.log(2)
    assert kl_divergence(student, teacher).item() == pytest.approx(backwards, rel=1e-6)
    assert kl_divergence(teacher, student).item() != pytest.approx(backwards, rel=1e-2)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
@pytest.mark.parametrize("classes", [2, 7, 8, 40])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_equals_torch_distributions(temperature: float, classes: int, dtype: torch.dtype) -> None:
    teacher, student = random_logits(0, dtype, classes), random_logits(1, dtype, classes)
    expected = reference(Categorical(logits=teacher / temperature), Categorical(logits=student / temperature))
    torch.testing.assert_close(kl_divergence(teacher, student, temperature), expected)


def test_is_never_negative_and_zero_for_equal_distributions() -> None:
    teacher, student = random_logits(0), random_logits(1)
    assert (kl_divergence(teacher, student) > 0).all()
    torch.testing.assert_close(kl_divergence(teacher, teacher + 7), torch.zeros(6, dtype=torch.float64))


def test_stays_finite_where_a_probability_underflows() -> None:
    teacher, student = torch.tensor([[200.0, 0.0]]), torch.tensor([[0.0, 200.0]])
    assert kl_divergence(teacher, student).item() == pytest.approx(200)


@pytest.mark.parametrize("classes", [4, 9])
def test_gradient(classes: int) -> None:
    teacher, student = random_logits(0, classes=classes), random_logits(1, classes=classes).requires_grad_()
    assert torch.autograd.gradcheck(lambda s: kl_divergence(teacher, s, 2.0), (student,))


def test_probabilities_as_log_target_by_hand() -> None:
    # p = (3/4, 1/4), q = (1/2, 1/2): e^(3/4) (3/4 - ln 1/2) + e^(1/4) (1/4 - ln 1/2)
    p, log_q = torch.tensor([[0.75, 0.25]]), torch.full((1, 2), math.log(0.5))
    expected = sum(math.exp(share) * (share + math.log(2)) for share in (0.75, 0.25))
    assert probabilities_as_log_target(p, log_q).item() == pytest.approx(expected, rel=1e-6)
    # τ = 2 divides probabilities on both sides, the student's behind its logarithm.
    expected = sum(math.exp(share / 2) * (share / 2 + math.log(4)) for share in (0.75, 0.25))
    assert probabilities_as_log_target(p, log_q, 2.0).item() == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_probabilities_as_log_target_are_what_the_released_call_gives(temperature: float) -> None:
    p, q = random_logits(0).softmax(-1), random_logits(1).softmax(-1)
    released = torch.nn.functional.kl_div(
        (q / temperature).log(), p / temperature, reduction="batchmean", log_target=True
    )
    torch.testing.assert_close(probabilities_as_log_target(p, q.log(), temperature).mean(), released)


def test_the_released_expression_is_least_at_a_target_that_is_never_surer_than_e_to_one() -> None:
    """Where the student says e^p / Σ e^p, and not where it says p."""
    sure = torch.tensor([[1.0, 0.0]])
    for logits, at_rest in ((sure, True), (torch.tensor([[20.0, 0.0]]), False)):
        student = logits.clone().requires_grad_()
        probabilities_as_log_target(sure, student.log_softmax(-1)).sum().backward()
        assert student.grad is not None
        assert (student.grad.abs().max().item() < 1e-6) == at_rest


def test_gradient_of_the_released_expression() -> None:
    p, student = random_logits(0).softmax(-1), random_logits(1).requires_grad_()
    assert torch.autograd.gradcheck(lambda s: probabilities_as_log_target(p, s.log_softmax(-1), 2.0), (student,))
