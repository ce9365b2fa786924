from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import Views
from gnn2mlp.data.graph import GraphData
from gnn2mlp.data.splits.time import Time
from gnn2mlp.tables.keys import ALWAYS
from tests.helpers import tiny_graph


def dated() -> GraphData:
    """240 nodes, one a day, in another order than that of their rows; every tenth without a label."""
    graph = tiny_graph(nodes=240)
    labels = graph.labels.clone()
    labels[::10] = -1
    return replace(graph, labels=labels, split_keys={"time": torch.arange(240) * 7 % 240, "id": torch.arange(240)})


def test_what_is_unseen_is_later_than_all_that_trains() -> None:
    graph = dated()
    split, time = Time().split(graph, 0, "inductive"), graph.split_keys["time"]
    past = torch.cat([split.train, split.valid, split.seen])
    assert time[split.unseen].min() > time[past].max()
    assert split.unseen.numel() == round(0.2 * 216)


def test_later_nodes_without_a_label_do_not_exist_in_training() -> None:
    graph = dated()
    split, time = Time().split(graph, 0, "inductive"), graph.split_keys["time"]
    observed = Views.of(graph, split).observed
    assert split.sizes["absent"] > 0
    assert time[observed.node_ids].max() < time[torch.cat([split.unseen, split.absent])].min()
    assert observed.graph.num_nodes == 240 - split.unseen.numel() - split.absent.numel()
    assert Time().split(graph, 0).absent.numel() == 0


def test_a_node_without_a_time_is_of_the_past() -> None:
    graph = dated()
    time = graph.split_keys["time"].clone()
    latest = int(time.argmax())
    time[latest] = ALWAYS
    split = Time().split(replace(graph, split_keys={"time": time}), 0, "inductive")
    assert latest not in split.unseen
    assert latest not in split.absent


def test_the_same_cut_gives_old_nodes_the_same_roles() -> None:
    graph = dated()
    whole = Time().split(graph, 3, "inductive")
    other = Time(later=0.1).split(graph, 3, "inductive")
    assert set(whole.train.tolist()) <= set(other.train.tolist())
    assert set(whole.valid.tolist()) <= set(other.valid.tolist())


def test_data_without_times_are_refused() -> None:
    with pytest.raises(DataError, match="split 'time' goes by the time of each node, and these data have none"):
        Time().split(tiny_graph(), 0)


def test_shares_are_checked() -> None:
    with pytest.raises(ConfigError, match=r"later: expected a number from 0 to below 1, got 1.0"):
        Time(later=1.0)
