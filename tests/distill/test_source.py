"""What both kinds of rows offer alike."""

import torch

from gnn2mlp.distill.in_memory import InMemory
from gnn2mlp.distill.source import Source, visited
from tests.tiny import tiny_views


def test_rows_count_as_their_weights() -> None:
    observed = tiny_views().observed
    source: Source = InMemory(observed, observed.graph.features, "cpu", 512, torch.Generator())
    labels = torch.tensor([0, -1, 2])
    assert source.weight_of(labels, None).tolist() == [3.0, 2.0]
    assert source.weight_of(labels, torch.tensor([0.5, 1.0, 2.0])).tolist() == [3.5, 2.5]


def test_labelled_rows_are_all_visited_and_of_others_at_least_one() -> None:
    assert (visited(10, "labelled", 0.1), visited(10, "all", 0.01), visited(0, "all", 0.5)) == (10, 1, 0)
