from dataclasses import replace

import pytest
import torch

from gnn2mlp.nn.training_state import START
from gnn2mlp.teachers import GraphGIN
from gnn2mlp.teachers._graph_level import reads_of
from gnn2mlp.teachers._graph_training import GraphTraining, answered
from tests.graphs import graph_views, random_graphs


def training(batch_size: int = 2, weights: torch.Tensor | None = None) -> GraphTraining:
    observed = graph_views(replace(random_graphs(count=30), weights=weights)).observed
    teacher = GraphGIN(hidden=8, layers=1, dropout=0.0, norm="none")
    torch.manual_seed(0)
    teacher.initialise(reads_of(observed.graphs), 2)
    return GraphTraining(teacher.module_, observed, batch_size, seed=0, device="cpu")


def test_an_epoch_visits_every_training_graph_once() -> None:
    found, seen = training(batch_size=4), []
    found.loss = lambda chosen: seen.append(chosen) or torch.zeros(())  # type: ignore[method-assign,assignment,func-returns-value]
    steps = list(found.steps(START))
    for step in steps:
        step.loss()
    assert len(steps) == round(found.observed.train.numel() / 4)
    assert torch.cat(seen).sort().values.tolist() == found.observed.train.tolist()


def test_a_graph_of_weight_two_counts_twice() -> None:
    weights = torch.ones(30)
    weights[::2] = 2.0
    found, plain = training(weights=weights), training()
    chosen = found.observed.train[:4]
    each = torch.stack([plain.loss(one[None]) for one in chosen])
    given = found.observed.graphs.weights[chosen]  # type: ignore[index]
    torch.testing.assert_close(found.loss(chosen), (each * given).sum() / given.sum())


def test_validation_is_the_score_on_validation_graphs() -> None:
    found = training()
    observed, validated = found.observed, found.validate()
    logits = answered(found.module, observed.graphs, "cpu").logits[observed.valid]
    assert validated is not None
    assert validated.score == pytest.approx(observed.task.score(logits, observed.graphs.labels[observed.valid]))
