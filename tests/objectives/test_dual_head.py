"""A second head on the teacher's scores."""

import math

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, DualHead
from tests.objectives.slow import CLASSES, ROWS, TEACHER, normal
from tests.tiny import answered

HIDDEN = normal(ROWS, 3, seed=4)


def made(temperature: float = 2.0) -> DualHead:
    term = DualHead(temperature)
    with seeded(0, "head"):
        table = TeacherKnowledge(torch.arange(ROWS), {"logits": TEACHER.float()})
        term.prepare({"teacher": table}, 3)
    return term.double()


def batch(hidden: torch.Tensor) -> Batch:
    table = TeacherKnowledge(torch.arange(ROWS), {"logits": TEACHER.float()})
    return answered(torch.arange(ROWS), torch.full((ROWS,), -1), MLPOutput(torch.zeros(ROWS, CLASSES), hidden), table)


@pytest.mark.parametrize("temperature", [1.0, 2.0])
def test_equals_a_loop_over_classes(temperature: float) -> None:
    term, total = made(temperature), 0.0
    apart = (term.head(HIDDEN) - TEACHER.float().double()).flatten().tolist()
    for difference in apart:
        share = 1 / (1 + math.exp(-difference / temperature))
        total += 0.5 * math.log(0.5 / share) + 0.5 * math.log(0.5 / (1 - share))
    assert term(batch(HIDDEN)).item() == pytest.approx(temperature**2 * total / ROWS, rel=1e-5)


def test_the_scores_count_and_not_their_differences_alone() -> None:
    term = made()
    with torch.no_grad():
        before = term(batch(HIDDEN))
        term.head.bias += 1  # added to all scores of a row
        assert (term(batch(HIDDEN)) - before).abs() > 1e-3


def test_the_first_head_is_left_alone() -> None:
    hidden = HIDDEN.clone().requires_grad_()
    logits = torch.zeros(ROWS, CLASSES, requires_grad=True)
    there = batch(hidden)
    term = made()
    term(answered(there.rows, there.labels, MLPOutput(logits, hidden), there.tables["teacher"])).backward()
    assert logits.grad is None
    assert hidden.grad is not None
    assert term.head.weight.grad is not None


def test_gradient() -> None:
    term = made()
    assert torch.autograd.gradcheck(lambda x: term(batch(x)), (HIDDEN.clone().requires_grad_(),))


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="dual_head: expected knowledge with logits, got none"):
        DualHead().prepare({}, 4)
    with pytest.raises(ConfigError, match=r"dual_head\.temperature: expected a positive number, got 0"):
        DualHead(0)
