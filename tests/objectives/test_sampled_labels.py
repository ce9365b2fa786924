"""Drawn classes in place of the whole distribution."""

import math

import pytest
import torch
from torch import Tensor

from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, SampledLabels, SoftLabels
from gnn2mlp.teachers._class_samples import sampled_classes
from tests.objectives.slow import CLASSES, ROWS, STUDENT, TEACHER, of_logits
from tests.tiny import answered


def batch(student: Tensor, draws: int, seed: int = 0) -> Batch:
    indices, shares = sampled_classes(TEACHER.float(), draws, seed)
    table = TeacherKnowledge(torch.arange(ROWS), {"class_indices": indices, "class_probabilities": shares})
    return answered(torch.arange(ROWS), torch.full((ROWS,), -1), MLPOutput(student, student), table)


def gradient(draws: int, seed: int) -> Tensor:
    student = STUDENT.clone().requires_grad_()
    SampledLabels()(batch(student, draws, seed)).backward()
    assert student.grad is not None
    return student.grad


def test_equals_a_loop_over_drawn_classes() -> None:
    there = batch(STUDENT, 7)
    drawn, total = there.tables["teacher"], 0.0
    for i in range(ROWS):
        powers = [math.exp(score) for score in STUDENT[i].tolist()]
        for c, share in zip(drawn["class_indices"][i].tolist(), drawn["class_probabilities"][i].tolist(), strict=True):
            total -= share * math.log(powers[c] / sum(powers))
    assert SampledLabels()(there).item() == pytest.approx(total / ROWS, rel=1e-5)


def test_the_mean_over_draws_has_the_gradient_of_soft_labels() -> None:
    whole = STUDENT.clone().requires_grad_()
    SoftLabels()(of_logits(whole)).backward()
    found = torch.stack([gradient(2, seed) for seed in range(600)])
    error = found.std(0) / math.sqrt(len(found))
    assert ((found.mean(0) - whole.grad).abs() < 4.5 * error + 1e-6).all()
    assert found.std(0).max() > 0.01  # each differs


def test_the_most_likely_classes_alone_would_be_biased() -> None:
    """What the paper shows, and the reason to draw: cut and renormalised rows ask for surer students."""
    probability = TEACHER.softmax(1)
    cut = probability.topk(2, dim=1)
    kept = torch.zeros(ROWS, CLASSES, dtype=torch.float64).scatter(1, cut.indices, cut.values)
    kept /= kept.sum(1, keepdim=True)
    drawn = torch.zeros(ROWS, CLASSES, dtype=torch.float64)
    for seed in range(600):
        indices, shares = sampled_classes(TEACHER.float(), 2, seed)
        drawn.scatter_add_(1, indices.long(), shares.double() / 600)
    assert (kept - probability).abs().max() > 3 * (drawn - probability).abs().max()


def test_gradient_check() -> None:
    assert torch.autograd.gradcheck(lambda x: SampledLabels()(batch(x, 5)), (STUDENT.clone().requires_grad_(),))
