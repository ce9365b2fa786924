"""The two halves of D2DGN's loss."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.objectives import Batch, RetainAndForget, SoftLabels
from tests.tiny import answered, random_knowledge

ROWS = 12
TABLE = random_knowledge(torch.arange(ROWS))
FORGOTTEN = TABLE["forgotten"]


def batch(logits: torch.Tensor, hidden: torch.Tensor, rows: torch.Tensor | None = None) -> Batch:
    rows = torch.arange(ROWS) if rows is None else rows
    return answered(rows, torch.full((len(rows),), -1), MLPOutput(logits[rows], hidden[rows]), TABLE)


def said(seed: int = 3) -> tuple[torch.Tensor, torch.Tensor]:
    random = torch.Generator().manual_seed(seed)
    return torch.randn(ROWS, 3, generator=random), torch.randn(ROWS, 5, generator=random)


def test_it_is_two_soft_labels_on_the_two_sets_of_rows() -> None:
    logits, hidden = said()
    kept, gone = (SoftLabels()(batch(logits, hidden, rows.nonzero()[:, 0])) for rows in (~FORGOTTEN, FORGOTTEN))
    torch.testing.assert_close(RetainAndForget(0.3)(batch(logits, hidden)), 0.3 * kept + 0.7 * gone)


def test_what_is_held_to_itself_alone_is_a_fixed_point() -> None:
    logits, hidden = TABLE["logits"].clone().requires_grad_(), TABLE["hidden"].clone().requires_grad_()
    value = RetainAndForget(alpha=1, feature=1)(batch(logits, hidden))
    value.backward()
    assert abs(value.item()) < 1e-6
    assert logits.grad is not None
    assert hidden.grad is not None
    assert logits.grad.abs().max() < 1e-6
    assert hidden.grad.abs().max() < 1e-6


def test_activations_by_hand() -> None:
    table = TeacherKnowledge(
        torch.arange(2),
        {"logits": torch.zeros(2, 2), "hidden": torch.zeros(2, 2), "forgotten": torch.tensor([False, True])},
    )
    output = MLPOutput(torch.zeros(2, 2), torch.tensor([[1.0, 3.0], [2.0, 0.0]]))
    objective = RetainAndForget(alpha=0.25, response=0, feature=2)
    value = objective(answered(torch.arange(2), torch.tensor([-1, -1]), output, table))
    assert value.item() == pytest.approx(0.25 * 2 * 5 + 0.75 * 2 * 2)  # means of squares: 5 and 2
    assert objective.needs == {"logits", "hidden", "forgotten"}


def test_a_batch_without_rows_of_a_kind_lacks_that_term() -> None:
    logits, hidden = said()
    rows = (~FORGOTTEN).nonzero()[:, 0]
    torch.testing.assert_close(
        RetainAndForget()(batch(logits, hidden, rows)), 0.5 * SoftLabels()(batch(logits, hidden, rows))
    )


def test_options_and_widths_are_checked_before_training() -> None:
    with pytest.raises(ConfigError, match="alpha: expected a number from 0 to 1, got 2"):
        RetainAndForget(alpha=2)
    with pytest.raises(ConfigError, match="expected a weight above 0 of response or of feature"):
        RetainAndForget(response=0)
    with pytest.raises(ConfigError, match="of the student's width, 8, got 5"):
        RetainAndForget(feature=1).prepare({"teacher": TABLE}, 8)
    RetainAndForget().prepare({"teacher": TABLE}, 8)
