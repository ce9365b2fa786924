from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.splits.per_class import PerClass
from gnn2mlp.tasks import NodeClassification


def test_counts_per_class(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    split = PerClass(train=2, valid=5).split(graph, 0)
    assert graph.labels[split.train].bincount().tolist() == [2, 2, 2]
    assert graph.labels[split.valid].bincount().tolist() == [5, 5, 5]
    assert split.seen.numel() == 60 - 6 - 15


def test_unlabelled_nodes_get_no_role(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    labels = graph.labels.clone()
    labels[:9] = -1
    split = PerClass(train=2, valid=5).split(replace(graph, labels=labels), 0)
    assert int(torch.cat([split.train, split.valid, split.test]).min()) == 9
    assert split.test.numel() == 51 - 21


def test_a_class_without_enough_labels_is_named(tiny_graph: Callable[..., GraphData]) -> None:
    with pytest.raises(DataError, match=r"needs 2 \+ 30 labelled nodes of class 0, got 20; lower split.train"):
        PerClass(train=2).split(tiny_graph(), 0)


def test_a_class_without_any_label_is_named(tiny_graph: Callable[..., GraphData]) -> None:
    graph = replace(tiny_graph(), task=NodeClassification(("a", "b", "c", "unheard of")))
    with pytest.raises(DataError, match="class unheard of, got 0"):
        PerClass(train=2, valid=2).split(graph, 0)


def test_counts_are_positive() -> None:
    with pytest.raises(ConfigError, match="split.valid: expected at least 1, got 0"):
        PerClass(train=2, valid=0)
