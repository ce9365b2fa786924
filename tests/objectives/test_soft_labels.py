"""The teacher's class distribution."""

import math
from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, MissingKnowledgeError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, SoftLabels
from gnn2mlp.tasks.regression import Regression
from tests.tiny import answered

TEACHER = torch.tensor([[math.log(3), 0.0], [0.0, 0.0], [1.0, -2.0]])


def batch(logits: torch.Tensor, rows: list[int], teacher: torch.Tensor = TEACHER) -> Batch:
    ids = torch.arange(teacher.size(0))
    table = TeacherKnowledge(ids, {"logits": teacher})
    labels = torch.full((len(rows),), -1)
    return answered(torch.tensor(rows), labels, MLPOutput(logits, torch.zeros(len(rows), 1)), table)


def test_by_hand() -> None:
    # Rows 0 and 1: KL((3/4, 1/4) || (1/2, 1/2)) and 0, so the mean is half of the first.
    value = SoftLabels()(batch(torch.zeros(2, 2), [0, 1]))
    assert value.item() == pytest.approx((0.75 * math.log(1.5) + 0.25 * math.log(0.5)) / 2, rel=1e-6)


def test_temperature_by_hand() -> None:
    # τ = 2 turns (ln 9, 0) into (3/4, 1/4); τ² = 4 multiplies.
    teacher = torch.tensor([[math.log(9), 0.0]])
    value = SoftLabels(temperature=2)(batch(torch.zeros(1, 2), [0], teacher))
    assert value.item() == pytest.approx(4 * (0.75 * math.log(1.5) + 0.25 * math.log(0.5)), rel=1e-6)


def test_factor_keeps_the_gradient_from_vanishing() -> None:
    """As τ grows, the gradient tends to (student - teacher) / classes, both centred: it does not fall as 1 / τ²."""
    teacher, student = torch.tensor([[2.0, -2.0]]), torch.tensor([[1.0, -1.0]])
    gradients = []
    for temperature in (50.0, 100.0):
        logits = student.clone().requires_grad_()
        SoftLabels(temperature)(batch(logits, [0], teacher)).backward()
        gradients.append(logits.grad)
    for gradient in gradients:
        torch.testing.assert_close(gradient, (student - teacher) / 2, rtol=1e-2, atol=1e-3)


def test_released_divergence_by_hand() -> None:
    # Teacher (3/4, 1/4) and (1/2, 1/2), student even: Σ e^(p/τ) (p/τ - log(1/2 / τ)) each, and no τ².
    for tau in (1.0, 2.0):
        rows = [
            sum(math.exp(p / tau) * (p / tau - math.log(0.5 / tau)) for p in (share, 1 - share))
            for share in (0.75, 0.5)
        ]
        value = SoftLabels(tau, released_divergence=True)(batch(torch.zeros(2, 2), [0, 1]))
        assert value.item() == pytest.approx(sum(rows) / 2, rel=1e-6)


def test_released_divergence_is_another_target() -> None:
    """At the teacher it still has a gradient, towards a student that is less sure."""
    logits = TEACHER[:1].clone().requires_grad_()
    SoftLabels(released_divergence=True)(batch(logits, [0])).backward()
    assert logits.grad is not None
    assert logits.grad[0, 0] > 0.1  # a step down the gradient lowers the better class
    plain = TEACHER[:1].clone().requires_grad_()
    SoftLabels()(batch(plain, [0])).backward()
    assert plain.grad is not None
    assert plain.grad.abs().max() < 1e-6


def test_rows_choose_the_teacher_rows() -> None:
    student = TEACHER[[2, 0]]
    assert SoftLabels()(batch(student, [2, 0])).abs().item() < 1e-7
    assert SoftLabels()(batch(student, [0, 2])).item() > 0.1


@pytest.mark.parametrize("released", [False, True])
@pytest.mark.parametrize("temperature", [1.0, 3.0])
def test_gradient(temperature: float, released: bool) -> None:
    logits = torch.randn(3, 2, generator=torch.Generator().manual_seed(0)).double().requires_grad_()
    assert torch.autograd.gradcheck(lambda x: SoftLabels(temperature, released)(batch(x, [2, 0, 1])), (logits,))


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_impossible_temperature_is_refused(temperature: float) -> None:
    with pytest.raises(ConfigError, match=r"soft_labels\.temperature: expected a positive number, got"):
        SoftLabels(temperature)


def test_sharpened_targets_by_hand() -> None:
    # (√3 : 1)² is 3 : 1, so that the square of the teacher's probabilities is (3/4, 1/4); the student stays even.
    teacher = torch.tensor([[math.log(3) / 2, 0.0]])
    value = SoftLabels(sharpen=2)(batch(torch.zeros(1, 2), [0], teacher))
    assert value.item() == pytest.approx(0.75 * math.log(1.5) + 0.25 * math.log(0.5), rel=1e-6)
    squares = teacher.softmax(-1).square()
    even = SoftLabels()(batch(torch.zeros(1, 2), [0], (squares / squares.sum()).log()))
    assert value.item() == pytest.approx(even.item(), rel=1e-6)


def test_sharpening_is_refused_where_there_are_no_probabilities() -> None:
    numbers = replace(batch(torch.zeros(2, 2), [0, 1]), task=Regression(["a", "b"]))
    assert SoftLabels()(numbers).isfinite()
    with pytest.raises(ConfigError, match="sharpen: expected 1 where numbers are predicted"):
        SoftLabels(sharpen=2)(numbers)


def test_impossible_sharpening_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"soft_labels\.sharpen: expected a positive number, got 0"):
        SoftLabels(sharpen=0)


def test_another_table_is_read_where_one_is_named() -> None:
    ids = torch.arange(3)
    tables = {"previous": TeacherKnowledge(ids, {"logits": TEACHER})}
    output = MLPOutput(TEACHER, torch.zeros(3, 1))
    there = Batch(ids, torch.full((3,), -1), tables=tables, answer=output)
    term = SoftLabels(table="previous")
    assert term.needs == {"previous.logits"}
    assert term(there).abs().item() < 1e-7
    with pytest.raises(MissingKnowledgeError, match="'logits'"):
        SoftLabels()(there)
