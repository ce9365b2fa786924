"""A student that is to agree with itself."""

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.objectives import Batch, Consistency, SoftLabels
from gnn2mlp.objectives.consistency import sharpened
from gnn2mlp.students.mlp import MLPStudent


class Scripted(nn.Module):
    """Says one thing after the other, whatever it is asked."""

    def __init__(self, *answers: Tensor):
        super().__init__()
        self.answers = [answer.log().requires_grad_() for answer in answers]
        self.asked = 0

    def forward(self, x: Tensor) -> MLPOutput:
        logits = self.answers[self.asked]
        self.asked += 1
        return MLPOutput(logits, logits)


def batch(student: nn.Module, rows: int = 1, weights: Tensor | None = None) -> Batch:
    return Batch(torch.arange(rows), torch.full((rows,), -1), torch.ones(rows, 2), student, weights=weights)


def test_by_hand() -> None:
    # (1/2, 1/2) and (1, 0) have the mean (3/4, 1/4), squared and renormalised (9/10, 1/10).
    student = Scripted(torch.tensor([[0.5, 0.5]]), torch.tensor([[1.0, 1e-30]]))
    value = Consistency(draws=2, sharpen=2)(batch(student))
    assert value.item() == pytest.approx((2 * 0.4**2 + 2 * 0.1**2) / 2, rel=1e-5)
    assert student.asked == 2


def test_the_target_passes_no_gradient_on() -> None:
    student = Scripted(torch.tensor([[0.6, 0.4]]), torch.tensor([[0.8, 0.2]]))
    Consistency(sharpen=1)(batch(student)).backward()
    # With the target at (.7, .3): d/dz of ½ |q - p̃|² with respect to logits is q_c (g_c - Σ q g), g = q - p̃.
    for logits, q in zip(student.answers, ([0.6, 0.4], [0.8, 0.2]), strict=True):
        q = torch.tensor([q])
        gap = q - torch.tensor([[0.7, 0.3]])
        torch.testing.assert_close(logits.grad, q * (gap - (q * gap).sum()))


def test_weights_of_rows_count() -> None:
    said = torch.tensor([[0.5, 0.5], [1.0, 1e-30]]), torch.tensor([[1.0, 1e-30], [1.0, 1e-30]])
    value = Consistency(sharpen=1)(batch(Scripted(*said), 2, torch.tensor([3.0, 1.0])))
    assert value.item() == pytest.approx(0.75 * 2 * 0.25**2, rel=1e-5)


def test_without_dropout_only_sharpening_is_left() -> None:
    student = MLP(2, 4, 3).train()
    assert Consistency(draws=3, sharpen=1)(batch(student)).item() == pytest.approx(0, abs=1e-12)
    q = student(torch.ones(1, 2)).logits.softmax(-1)
    expected = (q - q.square() / q.square().sum()).square().sum()
    torch.testing.assert_close(Consistency(sharpen=2)(batch(student)), expected)


def test_dropped_values_of_rows_make_draws_differ() -> None:
    with seeded(0, "student"):
        student = MLPStudent(hidden=8, dropout=0.0, input_dropout=0.5).network(2, 3)
        assert Consistency(sharpen=1)(batch(student, 20)).item() > 1e-4
        assert Consistency(sharpen=1)(batch(student.eval(), 20)).item() == pytest.approx(0, abs=1e-12)


def test_the_first_draw_is_what_other_terms_read() -> None:
    student = Scripted(torch.tensor([[0.5, 0.5]]), torch.tensor([[0.5, 0.5]]))
    there = batch(student)
    _ = there.output
    Consistency()(there)
    assert student.asked == 2
    assert (Consistency(draws=4) + SoftLabels()).further_answers == 3
    assert (0 * Consistency(draws=4) + SoftLabels()).further_answers == 0


def test_sharpening_of_a_class_that_is_impossible() -> None:
    assert sharpened(torch.tensor([[1.0, 0.0]]), 2.0).tolist() == [[1.0, 0.0]]


def test_gradient() -> None:
    logits = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)

    class Given(nn.Module):
        def __init__(self, answers: list[Tensor]):
            super().__init__()
            self.answers = list(answers)

        def forward(self, x: Tensor) -> MLPOutput:
            logits = self.answers.pop(0)
            return MLPOutput(logits, logits)

    def value(first: Tensor, second: Tensor) -> Tensor:
        said = torch.stack([first, second]).softmax(-1)
        target = sharpened(logits.softmax(-1).mean(0), 2.0)  # which takes no part
        expected: Tensor = (said - target).square().sum(-1).mean()
        return expected

    own = [each.clone().requires_grad_() for each in logits]
    Consistency()(batch(Given(own), 3)).backward()
    other = [each.clone().requires_grad_() for each in logits]
    value(*other).backward()
    for one, two in zip(own, other, strict=True):
        torch.testing.assert_close(one.grad, two.grad)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 1}, r"consistency\.draws: expected at least 2, got 1"),
        ({"sharpen": 0.0}, r"consistency\.sharpen: expected a positive number, got 0\.0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Consistency(**options)  # type: ignore[arg-type]
