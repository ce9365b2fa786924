from collections.abc import Callable

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
