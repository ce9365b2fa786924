"""Dual-head optimisation: what ships is the mixture that validation chose."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import Observed
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.methods.dho import DHO, chosen
from gnn2mlp.nn.averaged import Averaged
from gnn2mlp.students.mlp import MLPStudent
from gnn2mlp.tasks import NodeClassification
from tests.tiny import random_knowledge, tiny_views

STUDENT = MLPStudent(hidden=8)


def learner(**changes: object) -> Learner:
    views = tiny_views()
    given = {"data": views.observed, "knowledge": random_knowledge(views.observed.node_ids), **changes}
    return Learner(Distiller(epochs=20), STUDENT, **given)  # type: ignore[arg-type]


def test_what_ships_is_the_mixture_of_both_heads() -> None:
    given = learner()
    result = DHO(hard_weight=0.5).learn(given)
    module, x = result.module, tiny_views().observed.graph.features
    assert isinstance(module, Averaged)
    own, distilled = module.members
    assert torch.equal(own(x).hidden, distilled(x).hidden)
    share = module.weights[1]
    expected = share * distilled(x).logits.softmax(1) + (1 - share) * own(x).logits.softmax(1)
    torch.testing.assert_close(module(x).logits.softmax(1), expected)
    plain = given.fit(DHO(hard_weight=0.5).build_objective())
    ratio = plain.module.head.weight / distilled.head.weight  # the temperature that was chosen
    torch.testing.assert_close(ratio, torch.full_like(ratio, ratio.mean().item()), rtol=1e-3, atol=1e-3)
    assert torch.equal(plain.module(x).hidden, own(x).hidden)


def test_the_label_head_knows_the_labels() -> None:
    observed = tiny_views().observed
    own = DHO().learn(learner()).module.members[0]
    answers = own(observed.graph.features[observed.train]).logits.argmax(1)
    assert (answers == observed.graph.labels[observed.train]).double().mean() > 0.6  # chance is 1/3


def test_without_hard_labels_it_is_plain_distillation() -> None:
    given = learner()
    plain = given.fit(DHO(hard_weight=0.0).build_objective()).module
    assert torch.equal(DHO(hard_weight=0.0).learn(given).module.head.weight, plain.head.weight)


def test_where_nothing_validates_both_count_alike() -> None:
    task = NodeClassification(["a", "b"])
    nothing = torch.zeros(0, 2)
    assert chosen(nothing, nothing, torch.zeros(0).long(), task) == (0.5, 1.0)
    observed = tiny_views().observed
    blind = Observed(observed.graph, observed.node_ids, observed.train, observed.valid[:0])
    weights = DHO().learn(learner(data=blind)).module.weights
    assert weights.tolist() == [0.5, 0.5]


def test_the_best_mixture_is_found() -> None:
    """Each head is right where the other is wrong, and less sure where it is wrong: a mixture is right throughout."""
    task, labels = NodeClassification(["a", "b"]), torch.tensor([0, 1])
    own, distilled = torch.tensor([[3.0, 0.0], [1.0, 0.0]]), torch.tensor([[0.0, 1.0], [0.0, 3.0]])
    share, beta = chosen(own, distilled, labels, task)
    mixed = share * (distilled / beta).softmax(1) + (1 - share) * own.softmax(1)
    assert mixed.argmax(1).tolist() == [0, 1]


def test_impossible_settings_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"method\.hard_weight: expected a number from 0 to 1, got 2"):
        DHO(hard_weight=2)
