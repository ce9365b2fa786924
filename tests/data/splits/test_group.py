from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.data import Views
from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.splits.group import Group
from gnn2mlp.tables.keys import NO_GROUP
from tests.helpers import tiny_arrays, tiny_graph


def grouped(nodes: int = 240) -> GraphData:
    """Groups of six nodes, of which the first has no label, but of the largest graph no other than of its part."""
    x, y, edges = tiny_arrays(nodes=240)
    y = y.copy()
    y[::6] = -1
    inner = edges[:, (edges < nodes).all(0)]
    graph = graph_from_arrays(x[:nodes], y[:nodes], inner)
    return replace(graph, split_keys={"group": torch.arange(nodes) // 6 + 100})


def test_a_group_is_seen_or_held_out_as_a_whole() -> None:
    graph = grouped()
    split, group = Group().split(graph, 0, "inductive"), graph.split_keys["group"]
    held = set(group[split.unseen].tolist())
    assert 0 < len(held) < 40
    assert held.isdisjoint(group[torch.cat([split.train, split.valid, split.seen])].tolist())
    observed = Views.of(graph, split).observed
    assert held.isdisjoint(group[observed.node_ids].tolist())
    assert observed.graph.num_nodes == 240 - 6 * len(held)


def test_growth_changes_no_role() -> None:
    whole, half = (Group().split(grouped(nodes), 1, "inductive") for nodes in (240, 120))
    for part in ("train", "valid", "seen", "unseen", "absent"):
        ids = getattr(whole, part)
        assert ids[ids < 120].tolist() == getattr(half, part).tolist(), part


def test_a_node_without_a_group_is_never_held_out() -> None:
    graph = grouped()
    group = graph.split_keys["group"].clone()
    group[:120] = NO_GROUP
    for seed in range(5):
        split = Group().split(replace(graph, split_keys={"group": group}), seed, "inductive")
        assert torch.cat([split.unseen, split.absent]).min() >= 120


def test_data_without_groups_are_refused() -> None:
    with pytest.raises(DataError, match="split 'group' goes by the group of each node, and these data have none"):
        Group().split(tiny_graph(), 0)
