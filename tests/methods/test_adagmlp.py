"""AdaGMLP: weights by hand, which labels each student has, and what ships."""

import math
from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import derive
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.methods import AdaGMLP
from gnn2mlp.methods.adagmlp import boosted, weighted
from gnn2mlp.nn.averaged import Averaged
from gnn2mlp.students.mlp import MLPStudent
from tests.tiny import random_knowledge, tiny_views

OBSERVED = tiny_views("inductive").observed
KNOWLEDGE = random_knowledge(OBSERVED.node_ids)
LEARNER = Learner(Distiller(epochs=4), MLPStudent(hidden=8), OBSERVED, KNOWLEDGE, seed=3)
X = OBSERVED.graph.features


def test_weights_by_hand() -> None:
    weights, errors = torch.tensor([0.2, 0.3, 0.5]), torch.tensor([0.9, 0.1, 0.2])
    error = 0.18 + 0.03 + 0.10
    alpha = math.log((1 - error) / error)
    grown = [0.2 * math.exp(0.9 * alpha), 0.3 * math.exp(0.1 * alpha), 0.5 * math.exp(0.2 * alpha)]
    count, after = boosted(weights, errors)
    assert count == pytest.approx(alpha, rel=1e-5)
    assert after.tolist() == pytest.approx([value / sum(grown) for value in grown], rel=1e-5)


def test_a_student_that_is_mostly_wrong_counts_next_to_nothing() -> None:
    count, after = boosted(torch.tensor([0.5, 0.5]), torch.tensor([0.8, 0.7]))
    assert 0 < count < 1e-9
    assert after.tolist() == pytest.approx([0.5, 0.5])
    count, after = boosted(torch.tensor([0.5, 0.5]), torch.zeros(2))  # one that is never wrong
    assert math.isfinite(count)
    assert torch.isfinite(after).all()


def test_each_has_its_part_of_the_labels() -> None:
    parts = AdaGMLP(students=3)._labels(OBSERVED, seed=0)
    assert torch.equal(torch.cat(parts).sort().values, OBSERVED.train.sort().values)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    assert all(torch.equal(part, OBSERVED.train) for part in AdaGMLP(subsets=False)._labels(OBSERVED, seed=0))


def test_the_second_minds_what_the_first_got_wrong() -> None:
    method = AdaGMLP(subsets=False, missing=0.0, beta=2.0)
    first = LEARNER.fit(method.build_objective(), data=weighted(OBSERVED, torch.full((len(X),), 1 / len(X))))
    said, teacher = first.module(X).logits.detach(), KNOWLEDGE["logits"]
    apart = (teacher.softmax(1) * (teacher.log_softmax(1) - said.log_softmax(1))).sum(1)
    errors = 1 - torch.exp(-2 * apart)
    error = errors.mean()
    alpha = max(math.log((1 - error) / error), 1e-16)
    weights = torch.exp(alpha * errors)
    data = replace(OBSERVED, graph=replace(OBSERVED.graph, sample_weight=weights / weights.mean()))
    second = LEARNER.fit(method.build_objective(), data=data, seed=derive(3, "student/2"))
    made = method.learn(LEARNER)
    assert isinstance(made.module, Averaged)
    torch.testing.assert_close(made.module.members[0](X).logits, first.module(X).logits)
    torch.testing.assert_close(made.module.members[1](X).logits, second.module(X).logits, rtol=1e-3, atol=1e-4)


def test_students_count_by_what_they_got_right() -> None:
    made = AdaGMLP(students=3, beta=0.1).learn(LEARNER)
    assert isinstance(made.module, Averaged)
    assert len(made.module.members) == 3
    assert made.module.weights.sum().item() == pytest.approx(1)
    assert len(set(made.module.weights.tolist())) == 3
    assert made.student is not None
    assert made.student.name == "averaged"
    assert [member["weight"] for member in made.card["members"]] == made.module.weights.tolist()


def test_sample_weights_of_the_data_stay() -> None:
    own = replace(OBSERVED, graph=replace(OBSERVED.graph, sample_weight=torch.arange(1.0, len(X) + 1)))
    share = torch.full((len(X),), 1 / len(X))
    assert weighted(own, share).graph.sample_weight.tolist() == pytest.approx(own.graph.sample_weight.tolist())


@pytest.mark.parametrize("options", [{"students": 0}, {"beta": 0.0}, {"alignment": 2.0}, {"hard_weight": -1.0}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=f"method.{next(iter(options))}"):
        AdaGMLP(**options)


def test_more_students_than_labels_are_refused_before_any_is_trained() -> None:
    learner = Learner(Distiller(epochs=1), MLPStudent(hidden=4), OBSERVED, KNOWLEDGE)
    count = OBSERVED.train.numel() + 1
    with pytest.raises(ConfigError, match=f"expected at most {count - 1}, the number of training labels.* got {count}"):
        AdaGMLP(students=count).learn(learner)
