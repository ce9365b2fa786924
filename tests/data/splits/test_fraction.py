from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.splits.fraction import Fraction
from gnn2mlp.tasks import NodeClassification


def test_shares_hold_in_every_class(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()  # 20 nodes a class
    split = Fraction(train=0.2, valid=0.3).split(graph, 0)
    assert graph.labels[split.train].bincount().tolist() == [4, 4, 4]
    assert graph.labels[split.valid].bincount().tolist() == [6, 6, 6]
    assert graph.labels[split.seen].bincount().tolist() == [10, 10, 10]


def test_the_rarest_class_is_trained_on(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    labels = graph.labels.clone()
    labels[labels == 2] = -1
    labels[2] = 2  # the one node of class 2
    split = Fraction(train=0.01, valid=0.1).split(replace(graph, labels=labels), 0)
    assert split.train.numel() == 3
    assert 2 in split.train.tolist()


def test_a_class_without_any_label_is_named(tiny_graph: Callable[..., GraphData]) -> None:
    graph = replace(tiny_graph(), task=NodeClassification(("a", "b", "c", "unheard of")))
    with pytest.raises(DataError, match="each of the 4 classes, got none for unheard of"):
        Fraction().split(graph, 0)


def test_one_class_only_is_refused(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    graph = replace(graph, labels=torch.zeros_like(graph.labels), task=NodeClassification(("only",)))
    with pytest.raises(DataError, match="at least two classes"):
        Fraction().split(graph, 0)


@pytest.mark.parametrize(("train", "valid"), [(0.0, 0.1), (0.1, 0.0), (0.5, 0.5), (-0.1, 0.2)])
def test_shares_are_checked(train: float, valid: float) -> None:
    with pytest.raises(ConfigError, match="above 0 and below 1 together"):
        Fraction(train=train, valid=valid)
