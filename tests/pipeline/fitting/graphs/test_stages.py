"""The stages of a fit of whole graphs."""

import torch

from gnn2mlp.pipeline import GraphFitResult
from gnn2mlp.pipeline.fitting.graphs.stages import everything
from tests.graphs import random_graphs


def test_every_labelled_graph_trains_what_ships() -> None:
    from dataclasses import replace

    graphs = random_graphs(count=12)
    split = everything(replace(graphs, labels=graphs.labels.index_fill(0, torch.tensor([2]), -1)), seed=0)
    assert split.train.tolist() == [0, 1, *range(3, 12)]
    assert (split.valid.numel(), split.test.numel()) == (0, 0)


def test_the_model_that_ships_was_trained_for_the_epochs_that_validation_chose(graph_fit: GraphFitResult) -> None:
    history = graph_fit.results["history"]
    card = graph_fit.predictor().card
    assert card["distill"]["epochs"] == history["student"]["best_epoch"]
    assert card["refit"] == {"labels": 60, "score": "none of its own"}
