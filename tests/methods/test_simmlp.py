"""SimMLP: two phases, a last layer alone, and scores of unseen nodes that are theirs."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.deploy import Predictor
from gnn2mlp.distill import Distiller, Learner
from gnn2mlp.evaluate import accuracy, by_population
from gnn2mlp.methods import SimMLP
from gnn2mlp.methods.simmlp import LinearProbe, check_last_layer
from gnn2mlp.nn.mlp import MLPOutput
from gnn2mlp.pipeline.scoring import student_logits
from gnn2mlp.students import Student
from gnn2mlp.students.mlp import MLPStudent
from tests.tiny import tiny_views

VIEWS = tiny_views("inductive")
QUICK = SimMLP(epochs=15, steps=1)
LEARNER = Learner(Distiller(epochs=30, lr=0.05), MLPStudent(hidden=16, norm="batch"), VIEWS.observed, seed=2)


def test_needs_the_graph_in_training_and_no_teacher() -> None:
    assert SimMLP().teacher_keys == frozenset()
    assert SimMLP().needs == {"adjacency", "all_features"}
    with pytest.raises(ConfigError, match="method 'simmlp' trains several students or phases on all nodes"):
        SimMLP().check_streams()


def test_the_last_layer_learns_from_embeddings_that_stay() -> None:
    made = QUICK.learn(LEARNER)
    slower = Distiller(epochs=30, lr=0.01)  # settings of the second phase
    again = QUICK.learn(Learner(slower, LEARNER.student, VIEWS.observed, seed=2))
    x = VIEWS.observed.graph.features
    assert torch.equal(made.module(x).hidden, again.module(x).hidden)
    assert not torch.equal(made.module(x).logits, again.module(x).logits)
    assert len(made.history.loss) == 30
    assert made.card["embedding"]["epochs"] == 15
    assert made.card["distill"]["epochs"] == 30


def test_embeddings_are_learnt_without_labels() -> None:
    """Whatever the training labels, hidden layers are the same."""
    graph = VIEWS.observed.graph
    turned = replace(VIEWS.observed, graph=replace(graph, labels=graph.labels.where(graph.labels < 0, 0)))
    x = graph.features
    first, second = (
        QUICK.learn(Learner(LEARNER.distiller, LEARNER.student, observed, seed=2)).module(x)
        for observed in (VIEWS.observed, turned)
    )
    assert torch.equal(first.hidden, second.hidden)


def test_neighbours_and_labels_teach() -> None:
    made = SimMLP(epochs=60).learn(LEARNER)
    full = VIEWS.full
    scores = accuracy(made.module(full.graph.features).logits[full.split.test], full.labels[full.split.test])
    assert scores > 0.6  # chance is 1/3


def test_an_unseen_node_is_scored_as_itself() -> None:
    """Row by row through the shipped student; not as in the released code, which looks up other nodes' rows."""
    made, full = QUICK.learn(LEARNER), VIEWS.full
    predictor = Predictor(LEARNER.student, made.module, 12, full.graph.task, made.card)
    logits = student_logits(predictor, full)
    scores = by_population(full.split, lambda _, ids: accuracy(logits[ids], full.labels[ids]), 0.2)
    for population in ("seen", "unseen"):
        ids = getattr(full.split, population).tolist()
        right = [int(predictor.predict(full.graph.features[[i]])[0]) == int(full.labels[i]) for i in ids]
        assert scores[population] == pytest.approx(sum(right) / len(ids))
    # What the released evaluation calls unseen: ids of the whole graph in a list of the observed before the unseen.
    stacked = torch.cat([VIEWS.observed.node_ids, full.split.unseen])
    taken = stacked[full.split.unseen]
    observed = torch.isin(taken, VIEWS.observed.node_ids).float().mean()
    assert observed > 0.6
    assert not torch.isin(full.split.unseen, VIEWS.observed.node_ids).any()


class Other(Student):
    """Its last layer has another name."""

    citation = "none, 2000"
    hidden = 4

    def build(self, num_features: int, num_classes: int) -> nn.Module:
        return Last(num_features, num_classes)


class Last(nn.Module):
    def __init__(self, num_features: int, num_classes: int):
        super().__init__()
        self.first, self.last = nn.Linear(num_features, 4), nn.Linear(4, num_classes)

    def forward(self, x: torch.Tensor) -> MLPOutput:
        return MLPOutput(self.last(self.first(x)), self.first(x))


def test_a_student_without_a_last_layer_is_refused_before_training() -> None:
    with pytest.raises(ConfigError, match="'simmlp' trains the last layer by itself, and that of the student 'Other'"):
        check_last_layer(Other(), "simmlp")
    with pytest.raises(ConfigError, match="no linear map called 'head'; take student=mlp"):
        SimMLP().learn(Learner(Distiller(), Other(), VIEWS.observed))
    assert LinearProbe(4).network(4, 2)(torch.eye(4)).hidden.equal(torch.eye(4))


@pytest.mark.parametrize("options", [{"epochs": 0}, {"lr": 0.0}, {"eta": 0.0}, {"weight_decay": -1.0}])
def test_impossible_options_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        SimMLP(**options)
