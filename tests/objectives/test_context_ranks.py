"""LLP's rank term, against two loops over the contexts of each anchor."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.objectives import ContextRanks, LinkBatch
from gnn2mlp.objectives.context_ranks import Ties
from tests.linked import embeddings, link_batch


def said(student: list[list[float]], teacher: list[list[float]]) -> tuple[LinkBatch, Tensor]:
    """A batch whose probabilities are given, and the student's logits as a leaf."""
    logits = torch.tensor(student).logit().requires_grad_()
    there = replace(link_batch(), teacher_scores=torch.tensor(teacher).logit())
    there.__dict__["context_logits"] = logits  # what the cached property would have computed
    return there, logits


def looped(student: Tensor, teacher: Tensor, margin: float, ties: Ties) -> Tensor:
    hinges = []
    for own, y in zip(student, teacher, strict=True):
        for i in range(len(y)):
            for k in range(i + 1, len(y)):
                rho = 1 if y[i] - y[k] > margin else -1 if y[k] - y[i] > margin else 0
                if rho or ties == "keep":
                    hinges.append((-rho * (own[i] - own[k]) + margin).clamp(min=0))
    return torch.stack(hinges).mean()


def test_one_pair_worked_by_hand() -> None:
    there, logits = said([[0.3, 0.6]], [[0.9, 0.2]])
    value = ContextRanks(margin=0.1)(there)
    assert value.item() == pytest.approx(0.6 - 0.3 + 0.1, abs=1e-6)
    value.backward()
    assert logits.grad is not None
    assert logits.grad[0, 0].item() == pytest.approx(-0.3 * 0.7, abs=1e-6)  # -1 times the slope of the sigmoid


@pytest.mark.parametrize("ties", ["keep", "drop"])
@pytest.mark.parametrize("margin", [0.0, 0.05, 0.3])
def test_equals_two_loops(margin: float, ties: Ties) -> None:
    z = embeddings()
    there = link_batch(z)
    value = ContextRanks(margin, ties)(there)
    expected = looped(there.context_logits.sigmoid(), there.context_scores.sigmoid(), margin, ties)
    torch.testing.assert_close(value, expected)
    own, other = (torch.autograd.grad(each, z, retain_graph=True)[0] for each in (value, expected))
    torch.testing.assert_close(own, other, rtol=1e-4, atol=1e-6)


def test_a_tie_adds_the_margin_and_no_gradient() -> None:
    there, logits = said([[0.2, 0.7, 0.4]], [[0.50, 0.55, 0.45]])
    value = ContextRanks(margin=0.2)(there)
    assert value.item() == pytest.approx(0.2)
    value.backward()
    assert logits.grad is not None
    assert not logits.grad.any()
    there, _ = said([[0.2, 0.7, 0.4]], [[0.50, 0.55, 0.45]])
    assert ContextRanks(margin=0.2, ties="drop")(there).item() == 0


def test_it_vanishes_where_the_student_is_the_teacher_and_all_lie_apart() -> None:
    apart = [[0.1, 0.5, 0.9], [0.8, 0.2, 0.45]]
    for ties in ("keep", "drop"):
        there, logits = said(apart, apart)
        value = ContextRanks(margin=0.2, ties=ties)(there)  # type: ignore[arg-type]
        value.backward()
        assert value.item() == pytest.approx(0, abs=1e-7)
        assert logits.grad is not None
        assert not logits.grad.any()


def test_dropping_ties_averages_over_ordered_pairs_alone() -> None:
    there, _ = said([[0.3, 0.6, 0.6]], [[0.9, 0.2, 0.2]])  # two ordered pairs, and a tie
    assert ContextRanks(margin=0.1, ties="drop")(there).item() == pytest.approx(0.4, abs=1e-6)
    assert ContextRanks(margin=0.1)(there).item() == pytest.approx((0.4 + 0.4 + 0.1) / 3, abs=1e-6)


def test_one_context_has_no_order() -> None:
    there, _ = said([[0.3]], [[0.9]])
    assert ContextRanks()(there).item() == 0


def test_a_margin_below_zero_is_refused() -> None:
    with pytest.raises(ConfigError, match="context_ranks.margin: expected at least 0, got -1"):
        ContextRanks(margin=-1)
    with pytest.raises(ConfigError, match="expected one of 'keep', 'drop', got 'skip'"):
        ContextRanks(ties="skip")  # type: ignore[arg-type]
