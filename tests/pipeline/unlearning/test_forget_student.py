"""A student of the tiny graph forgets eight of its rows."""

from dataclasses import replace
from typing import Any, NamedTuple, get_args

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data.view import Observed
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill import Distiller
from gnn2mlp.inputs._base import Inputs
from gnn2mlp.objectives import HardLabels, RetainAndForget
from gnn2mlp.pipeline.unlearning.forget_student import forget_student
from gnn2mlp.pipeline.unlearning.forgetting_table import Destroyer
from gnn2mlp.students.mlp import MLPStudent
from tests.tiny import tiny_views

DISTILLER = Distiller(epochs=60, patience=60, averaging="none")


class Given(NamedTuple):
    """A student that has learnt, what it learnt from, and what it is to forget."""

    student: Predictor
    observed: Observed
    forgotten: Tensor


@pytest.fixture(scope="module")
def given() -> Given:
    observed = tiny_views().observed
    recipe = MLPStudent(hidden=16, dropout=0.5)
    result = DISTILLER.fit(recipe, HardLabels(), observed)
    student = Predictor(recipe, result.module, result.num_features, observed.task, {"seed": 0})
    forgotten = torch.zeros(observed.graph.num_nodes, dtype=torch.bool)
    forgotten[observed.train[:8]] = True
    return Given(student, observed, forgotten)


def forget(given: Given, destroyer: Destroyer = "uniform", **options: Any) -> Predictor:
    objective = options.pop("objective", RetainAndForget())
    return forget_student(*given, objective, destroyer, options.pop("epochs", 40), DISTILLER, **options)


def entropy(student: Predictor, rows: Tensor) -> float:
    with torch.no_grad():
        log_p = student.module(rows).logits.log_softmax(-1)
    return float(-(log_p.exp() * log_p).sum(-1).mean())


@pytest.mark.parametrize("destroyer", get_args(Destroyer))
def test_it_knows_less_of_what_is_forgotten_and_much_of_the_rest(given: Given, destroyer: Destroyer) -> None:
    before = {name: tensor.clone() for name, tensor in given.student.module.state_dict().items()}
    after = forget(given, destroyer, ignorant_epochs=2)
    rows = given.observed.graph.features
    gone, kept = rows[given.forgotten], rows[~given.forgotten]
    assert entropy(after, gone) > entropy(given.student, gone) + 0.05
    agreed = (after.predict(kept.numpy()) == given.student.predict(kept.numpy())).mean()
    assert agreed > 0.7
    # The student that was handed over is as it was.
    assert all(torch.equal(tensor, before[name]) for name, tensor in given.student.module.state_dict().items())


def test_the_last_epoch_is_kept_and_the_same_call_gives_the_same_student(given: Given) -> None:
    one, two = (forget(given, epochs=5) for _ in range(2))
    assert one.card["history"]["best_epoch"] == 5
    for first, second in zip(one.module.parameters(), two.module.parameters(), strict=True):
        assert torch.equal(first, second)


def test_with_all_weight_on_what_is_kept_it_is_a_fixed_point_whatever_its_dropout(given: Given) -> None:
    still = Distiller(**{**DISTILLER.options(), "weight_decay": 0.0})
    after = forget_student(*given, RetainAndForget(alpha=1), "uniform", 3, still)
    for first, second in zip(after.module.parameters(), given.student.module.parameters(), strict=True):
        torch.testing.assert_close(first, second, rtol=1e-3, atol=1e-3)


def test_labels_of_what_is_forgotten_are_not_read(given: Given) -> None:
    labels = given.observed.graph.labels
    other = labels.clone()
    other[given.forgotten] = (labels[given.forgotten] + 1) % 3
    turned = replace(given.observed, graph=replace(given.observed.graph, labels=other))
    one, two = forget(given, epochs=3), forget(given._replace(observed=turned), epochs=3)
    assert torch.equal(*(next(student.module.parameters()) for student in (one, two)))


def test_activations_are_compared_where_they_weigh(given: Given) -> None:
    after = forget(given, "random", objective=RetainAndForget(response=0, feature=1), epochs=5)
    assert after.card["seed"] == 0


def test_rows_that_take_the_graph_are_refused(given: Given) -> None:
    class Placed(Inputs):
        name, citation, needs_graph = "placed", "none, 2026", True

        def transform(self, features: Any) -> Any:
            return features

    facts = given.student.student, given.student.module, given.student.num_features, given.student.answers
    placed = Predictor(*facts, inputs=Placed())
    with pytest.raises(ConfigError, match="inputs 'placed', which read the graph; take method retrain or redistil"):
        forget(given._replace(student=placed))
