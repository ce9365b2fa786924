from dataclasses import replace

import pytest
import torch

from gnn2mlp.nn.training_state import START
from gnn2mlp.teachers import GraphGIN, GraphMixer
from gnn2mlp.teachers._graph_level import reads_of
from gnn2mlp.teachers._graph_training import GraphTraining, answer_graphs
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
    logits = answer_graphs(found.module, observed.graphs, "cpu").logits[observed.valid]
    assert validated is not None
    assert validated.score == pytest.approx(observed.task.score(logits, observed.graphs.labels[observed.valid]))


@pytest.mark.parametrize("teacher", [GraphGIN, GraphMixer], ids=lambda kind: kind.name)
def test_batch_normalisation_never_meets_a_graph_of_one_node_alone(teacher: type[GraphGIN | GraphMixer]) -> None:
    """Torch knows no spread of one row, and would raise an error of its own in the middle of training."""
    observed = graph_views(random_graphs(count=30)).observed
    observed = replace(observed, train=observed.train[:11])  # of an odd number, batches of two would leave one
    assert int(observed.graphs.nodes_per_graph[observed.train].min()) == 1
    for batch_size in (1, 2):
        history = teacher(hidden=4, layers=1, epochs=1, batch_size=batch_size).fit(observed)
        assert len(history.loss) == 1


def test_without_it_a_graph_may_be_alone() -> None:
    assert training(batch_size=1).num_steps == training().observed.train.numel()
