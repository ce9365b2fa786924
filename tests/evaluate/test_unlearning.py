"""Attacks on a model that was to forget, from both sides."""

import math

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.unlearning import (
    attack_distance,
    certainty,
    changed,
    closeness,
    divergence,
    entropy_attack,
    likeness,
    link_attack,
    loss_attack,
)
from gnn2mlp.tasks.classification import NodeClassification
from gnn2mlp.tasks.multi_label import MultiLabel
from gnn2mlp.tasks.regression import Regression

CLASSES = NodeClassification(["a", "b", "c"])
LABELS = MultiLabel(["x", "y"])


def drawn(rows: int = 40, scale: float = 1.0, seed: int = 0) -> Tensor:
    return scale * torch.randn(rows, 3, generator=torch.Generator().manual_seed(seed))


def test_scores_by_hand() -> None:
    outputs = torch.tensor([[math.log(3), 0.0], [0.0, 0.0]])
    entropy = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25))
    assert certainty(outputs).tolist() == pytest.approx([-entropy, -math.log(2)])
    # Of labels each is a distribution of its own: odds 3 and 1, and twice even.
    assert certainty(outputs, LABELS).tolist() == pytest.approx([-entropy - math.log(2), -2 * math.log(2)])
    # The second row has no label, and is left out.
    assert closeness(outputs, torch.tensor([1, -1])).tolist() == pytest.approx([math.log(0.25)])
    assert closeness(outputs, torch.tensor([1, -1]), NodeClassification([0, 1])).tolist() == pytest.approx(
        [math.log(0.25)]
    )
    assert likeness(outputs[:1], outputs[1:]).tolist() == pytest.approx([-2 * 0.25**2])
    prices = Regression(["price"])
    assert likeness(torch.tensor([[3.0]]), torch.tensor([[1.0]]), prices).tolist() == [-4]


def test_attacks_are_two_sided() -> None:
    """What is remembered is above a half, what is conspicuously unknown below, and equals are in the middle."""
    fresh, labels = drawn(), torch.arange(40) % 3
    sure = 5 * torch.nn.functional.one_hot(labels, 3).float()
    assert entropy_attack(sure, fresh).auc > 0.9
    assert entropy_attack(torch.zeros(40, 3), fresh).auc == 0
    assert loss_attack(sure, labels, fresh, labels, CLASSES).auc > 0.9
    assert loss_attack(-sure, labels, fresh, labels, CLASSES).auc < 0.1
    assert entropy_attack(fresh, fresh, CLASSES).auc == 0.5
    assert link_attack((fresh, fresh), (fresh, fresh.roll(1, 0))).auc == 1
    with pytest.raises(DataError, match="got numbers; take loss_attack"):
        entropy_attack(fresh, fresh, Regression(["price"]))


def test_a_distance_has_two_sides_and_an_interval() -> None:
    fresh, anew = drawn(seed=1), drawn(seed=2)
    scores = [(certainty(one), certainty(fresh)) for one in (4 * anew, torch.zeros(40, 3), anew + 1e-3)]
    surer, ignorant, alike = (attack_distance(one, (certainty(anew), certainty(fresh))) for one in scores)
    assert surer.difference.low > 0
    assert ignorant.difference.high < 0
    assert surer.low > 0
    assert ignorant.low > 0
    assert ignorant.distance == abs(ignorant.difference.value) <= ignorant.high
    assert alike.low == 0  # chance alone
    assert alike.high < 0.02
    assert set(alike.record()) == {"distance", "difference", "low", "high"}


def test_divergence_is_the_mean_of_the_task_and_changes_are_counted() -> None:
    reference, model = drawn(seed=3), drawn(seed=4)
    found = divergence(reference, model, CLASSES)
    assert found.value == pytest.approx(CLASSES.divergence(reference, model).mean().item(), rel=1e-5)
    assert found.low < found.value < found.high
    share = changed(reference, model, CLASSES)
    assert share is not None
    assert share.value == (reference.argmax(1) != model.argmax(1)).float().mean().item()
    assert changed(reference[:, :1], model[:, :1], Regression(["price"])) is None
    both = changed(torch.tensor([[1.0, 1.0], [1.0, 1.0]]), torch.tensor([[1.0, -1.0], [2.0, 2.0]]), LABELS)
    assert both is not None
    assert both.value == 0.5
