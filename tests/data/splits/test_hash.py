from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.splits.hash import Hash, uniform
from tests.helpers import tiny_arrays


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
def test_growth_changes_no_role(setting: str) -> None:
    x, y, edges = tiny_arrays(nodes=240)
    splitter = Hash(train=0.3, valid=0.2)
    whole = splitter.split(graph_from_arrays(x, y, edges), 1, setting)  # type: ignore[arg-type]
    inner = edges[:, (edges < 120).all(0)]
    half = splitter.split(graph_from_arrays(x[:120], y[:120], inner), 1, setting)  # type: ignore[arg-type]
    for part in ("train", "valid", "seen", "unseen"):
        ids = getattr(whole, part)
        assert ids[ids < 120].tolist() == getattr(half, part).tolist(), part


def test_unlabelled_nodes_get_no_role() -> None:
    x, y, edges = tiny_arrays(nodes=240)
    y = y.copy()
    y[::2] = -1
    split = Hash(train=0.3, valid=0.2).split(graph_from_arrays(x, y, edges), 1)
    assert all(int(i) % 2 for i in torch.cat([split.train, split.valid, split.test]))


def test_a_class_that_misses_training_is_named(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph(nodes=12)
    with pytest.raises(DataError, match=r"expected (a training label|at least two classes)|part of the split is empty"):
        Hash(train=0.1, valid=0.1).split(graph, 0)


@pytest.mark.parametrize(("train", "valid"), [(0.0, 0.1), (0.1, 0.0), (0.6, 0.4)])
def test_shares_are_checked(train: float, valid: float) -> None:
    with pytest.raises(ConfigError, match="above 0 and below 1 together"):
        Hash(train=train, valid=valid)


def test_ids_that_differ_in_their_upper_half_alone_differ() -> None:
    assert uniform(torch.arange(1000) * 2**32 + 7, 0, "role").unique().numel() > 990


def test_external_ids_take_the_place_of_row_numbers() -> None:
    x, y, edges = tiny_arrays(nodes=240)
    graph = graph_from_arrays(x, y, edges)
    numbers = torch.arange(1000, 1240)
    order = torch.randperm(240, generator=torch.Generator().manual_seed(0))
    named = replace(graph, split_keys={"id": numbers})
    shuffled = replace(graph, labels=graph.labels[order], split_keys={"id": numbers[order]})
    splitter = Hash(train=0.3, valid=0.2)
    first, second = (splitter.split(data, 1, "inductive") for data in (named, shuffled))
    for part in ("train", "valid", "seen", "unseen"):
        assert getattr(first, part).tolist() == order[getattr(second, part)].sort().values.tolist(), part
    assert first.digest != splitter.split(graph, 1, "inductive").digest


def test_a_class_without_a_training_label_is_taken_if_one_says_so() -> None:
    x, y, edges = tiny_arrays(nodes=240)
    y = np.where(np.arange(240) == 7, 3, y)
    graph = graph_from_arrays(x, y, edges)
    seed = next(s for s in range(20) if 7 not in Hash(0.3, 0.2, every_class=False).split(graph, s).train)
    with pytest.raises(DataError, match="expected a training label for each of the 4 classes, got none for 3"):
        Hash(0.3, 0.2).split(graph, seed)
