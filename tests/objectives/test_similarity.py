"""Similarities of nodes: by hand, through the projection, and which width it has."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, Similarity
from tests.tiny import answered

ROWS = torch.arange(2)
TABLE = TeacherKnowledge(ROWS, {"hidden": torch.tensor([[1.0, 1.0, 0.0], [0.0, 2.0, 0.0]])})


def batch(hidden: list[list[float]]) -> Batch:
    return answered(ROWS, ROWS, MLPOutput(torch.zeros(2, 2), torch.tensor(hidden)), TABLE)


def test_by_hand() -> None:
    # Teacher: products 2, 2, 2, 4. Student: 1, -1, -1, 1.
    found = Similarity(project=False)(batch([[1.0], [-1.0]]))
    assert found.item() == pytest.approx((1 + 9 + 9 + 9) / 4)


def test_the_student_is_projected_to_the_teachers_width_and_rectified() -> None:
    term = Similarity()
    with seeded(0, "projection"):
        term.prepare({"teacher": TABLE}, hidden=1)
    assert term.projection.weight.shape == (1, 3)
    with torch.no_grad():
        term.projection.weight.copy_(torch.tensor([[1.0, -1.0, 0.0]]))
        term.projection.bias.zero_()
    # 1 -> (1, 0, 0) and -2 -> (0, 2, 0): products 1, 0, 0, 4.
    found = term(batch([[1.0], [-2.0]]))
    assert found.item() == pytest.approx((1 + 4 + 4 + 0) / 4)
    found.backward()
    assert term.projection.weight.grad.abs().sum() > 0


def test_needs_a_teacher() -> None:
    with pytest.raises(
        ConfigError, match="similarity: expected knowledge with a hidden layer, got none; name a teacher"
    ):
        Similarity().prepare({}, 3)
