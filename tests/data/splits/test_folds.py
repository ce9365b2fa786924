"""Cross-validation: disjoint test sets that hold everyone, classes in proportion."""

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import Folds
from tests.helpers import tiny_graph


def test_the_test_sets_of_one_cross_validation_hold_every_node_once() -> None:
    graph = tiny_graph(nodes=120)
    splits = [Folds(folds=5).split(graph, seed) for seed in range(5)]
    assert torch.cat([split.test for split in splits]).sort().values.tolist() == list(range(120))
    for split, following in zip(splits, [*splits[1:], splits[0]], strict=True):
        assert split.valid.tolist() == following.test.tolist()
        assert split.train.numel() == 72
        share = graph.labels[split.test].bincount().double() / 24 - graph.labels.bincount().double() / 120
        assert share.abs().max() <= 1 / 24


def test_another_cross_validation_is_drawn_anew() -> None:
    graph = tiny_graph(nodes=120)
    one, other = (Folds(folds=5).split(graph, seed) for seed in (0, 5))
    assert one.test.tolist() != other.test.tolist()


def test_what_cannot_be_is_told() -> None:
    with pytest.raises(ConfigError, match=r"split.folds: expected at least 3, got 2"):
        Folds(folds=2)
    with pytest.raises(DataError, match="needs at least 200 labelled nodes, one a fold, got 120"):
        Folds(folds=200).split(tiny_graph(nodes=120), 0)
