"""A second head that learns the labels."""

import pytest
import torch
import torch.nn.functional as F

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import LabelHead
from tests.objectives.slow import CLASSES, LABELS, ROWS, TEACHER, normal
from tests.tiny import answered

TABLE = TeacherKnowledge(torch.arange(ROWS), {"logits": TEACHER.float()})
HIDDEN = normal(ROWS, 3, seed=4)


def made() -> LabelHead:
    term = LabelHead()
    with seeded(0, "head"):
        term.prepare({"teacher": TABLE}, 3)
    return term.double()


def value(term: LabelHead, hidden: torch.Tensor) -> torch.Tensor:
    found: torch.Tensor = term(
        answered(torch.arange(ROWS), LABELS, MLPOutput(torch.zeros(ROWS, CLASSES), hidden), TABLE)
    )
    return found


def test_equals_cross_entropy_of_labelled_rows() -> None:
    term, known = made(), LABELS >= 0
    expected = F.cross_entropy(term.head(HIDDEN)[known], LABELS[known])
    assert value(term, HIDDEN).item() == pytest.approx(expected.item(), rel=1e-6)


def test_the_teachers_values_do_not_matter() -> None:
    term = made()
    other = TeacherKnowledge(torch.arange(ROWS), {"logits": -TEACHER.float()})
    there = answered(torch.arange(ROWS), LABELS, MLPOutput(torch.zeros(ROWS, CLASSES), HIDDEN), other)
    assert torch.equal(term(there), value(term, HIDDEN))


def test_gradient() -> None:
    term = made()
    assert torch.autograd.gradcheck(lambda x: value(term, x), (HIDDEN.clone().requires_grad_(),))


def test_without_a_teacher_it_is_refused() -> None:
    with pytest.raises(ConfigError, match="label_head: expected knowledge with logits, got none"):
        LabelHead().prepare({}, 4)
