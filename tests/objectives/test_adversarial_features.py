"""Adversarial features: where δ ends in a case worked by hand, what moves, and what does not."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.knowledge import TeacherKnowledge
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLP, MLPOutput
from gnn2mlp.objectives import AdversarialFeatures, Batch, HardLabels, SoftLabels, parse_objective
from tests.tiny import answered


class Scored(nn.Module):
    """Logits (a·x, 0)."""

    def __init__(self, slope: list[float]):
        super().__init__()
        self.slope = nn.Parameter(torch.tensor(slope))
        self.seen: list[Tensor] = []

    def forward(self, x: Any) -> MLPOutput:
        self.seen.append(x)
        score = x @ self.slope
        return MLPOutput(torch.stack([score, torch.zeros_like(score)], dim=1), score[:, None])


def batch(student: nn.Module, features: Any, labels: list[int] | None = None) -> Batch:
    rows = torch.arange(len(features))
    table = TeacherKnowledge(rows, {"logits": torch.zeros(len(features), 2)})
    return Batch(rows, torch.tensor(labels or [0] * len(features)), features, student, {"teacher": table})


def test_by_hand() -> None:
    """The loss of class 0 falls with a·x, so that δ ends at -ε·sign(a) after steps enough to cross the whole range."""
    student = Scored([2.0, -1.0])
    found = AdversarialFeatures("hard_labels", epsilon=0.1, steps=9)(batch(student, torch.tensor([[1.0, 1.0]])))
    # a·(x + δ) = 2·0.9 - 1.1 = 0.7
    assert found.item() == pytest.approx(math.log(1 + math.exp(-0.7)), rel=1e-5)
    torch.testing.assert_close(student.seen[-1], torch.tensor([[0.9, 1.1]]))
    found.backward()
    # d/da log(1 + e^(-a·x)) = -x / (1 + e^(a·x)) at the moved x, and nothing from the ascent
    torch.testing.assert_close(student.slope.grad, -torch.tensor([0.9, 1.1]) / (1 + math.exp(0.7)))


def test_as_many_passes_as_steps_and_one() -> None:
    for steps in (0, 3):
        student = Scored([1.0])
        AdversarialFeatures("hard_labels", steps=steps)(batch(student, torch.ones(2, 1)))
        assert len(student.seen) == steps + 1


def test_a_step_is_a_quarter_of_the_reach() -> None:
    student = Scored([1.0])
    AdversarialFeatures("hard_labels", epsilon=0.4, steps=2)(batch(student, torch.zeros(1, 1)))
    first, second, last = (float(x.detach()) for x in student.seen)
    assert abs(first) <= 0.4
    assert second == pytest.approx(max(-0.4, first - 0.1))
    assert last == pytest.approx(max(-0.4, second - 0.1))


def test_it_is_the_same_objective_elsewhere() -> None:
    """With no step and almost no reach it is the objective itself, weights and all."""
    inner = 0.25 * HardLabels() + 0.5 * SoftLabels(temperature=2.0)
    student, features = Scored([1.0, -3.0]), torch.rand(6, 2)
    there = batch(student, features, [0, -1, 1, -1, 0, 1])
    moved = AdversarialFeatures(inner, epsilon=1e-9, steps=0)(there)
    torch.testing.assert_close(moved, inner(there))
    weighted = Batch(
        there.rows, there.labels, features, student, there.tables, weights=torch.tensor([0.0, 1, 2, 0, 1, 1])
    )
    torch.testing.assert_close(AdversarialFeatures(inner, epsilon=1e-9, steps=0)(weighted), inner(weighted))


def test_sparse_rows_move_as_dense_ones_and_zeros_stay_where_that_is_wanted() -> None:
    dense = torch.tensor([[0.0, 2.0], [1.0, 0.0]])
    for features in (dense, CSR.from_dense(dense)):
        student = Scored([1.0, 1.0])
        AdversarialFeatures("hard_labels", epsilon=0.1)(batch(student, features))
        assert bool((student.seen[-1] != dense).all())
        student = Scored([1.0, 1.0])
        AdversarialFeatures("hard_labels", epsilon=0.1, steps=9, where="nonzero")(batch(student, features))
        torch.testing.assert_close(student.seen[-1], torch.tensor([[0.0, 1.9], [0.9, 0.0]]))
    assert torch.equal(dense, torch.tensor([[0.0, 2.0], [1.0, 0.0]]))


def test_norms_do_not_count_the_moved_rows() -> None:
    module, x = MLP(3, 4, 2, norm="batch"), torch.randn(8, 3)
    AdversarialFeatures("hard_labels")(batch(module, x))
    assert module.norms[0].running_mean.abs().sum() == 0


def test_declares_what_the_inner_objective_reads() -> None:
    term = AdversarialFeatures([{"name": "soft_labels", "weight": 0.5}, {"name": "similarity", "weight": 2.0}])
    assert term.needs == {"logits", "hidden"}
    assert term.row_set == "all"
    assert AdversarialFeatures("hard_labels").row_set == "labelled"
    table = TeacherKnowledge(torch.arange(2), {"logits": torch.zeros(2, 2), "hidden": torch.ones(2, 5)})
    with seeded(0, "projection"):
        term.prepare({"teacher": table}, hidden=1)
    assert {name for name, _ in term.named_parameters()} == {
        "inner.parts.1.projection.weight",
        "inner.parts.1.projection.bias",
    }
    assert (
        term(Batch(torch.arange(2), torch.tensor([-1, -1]), torch.eye(2), Scored([1.0, 2.0]), {"teacher": table})) > 0
    )


def test_composes_with_others_in_yaml() -> None:
    whole = parse_objective([{"name": "soft_labels"}, {"name": "adversarial_features", "weight": 0.1, "epsilon": 0.02}])
    assert parse_objective(whole.to_list()).to_list() == whole.to_list()


def test_refusals() -> None:
    with pytest.raises(ConfigError, match="one that follows training cannot be asked of moved features"):
        AdversarialFeatures("reliable_neighbours")
    with pytest.raises(ConfigError, match=r"adversarial_features\.epsilon: expected a positive number, got 0"):
        AdversarialFeatures(epsilon=0)
    there = answered(torch.arange(1), torch.arange(1), MLPOutput(torch.zeros(1, 2), torch.zeros(1, 1)))
    alone = Batch(there.rows, there.labels, answer=there.answer)
    with pytest.raises(ConfigError, match="expected a batch with features and a student to ask"):
        AdversarialFeatures()(alone)
