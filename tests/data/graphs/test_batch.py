"""Batches of graphs."""

import torch

from tests.graph_sets import tiny_set


def test_it_moves_every_array_and_keeps_what_is_absent() -> None:
    batch = tiny_set().batch([3, 0])
    moved = batch.to("meta")
    assert moved.edge_index.device.type == moved.graph_of_node.device.type == "meta"
    assert moved.node_codes is not None
    assert moved.node_codes.device.type == "meta"
    assert moved.features is None
    assert moved.num_graphs == 2


def test_nodes_are_counted_by_graph() -> None:
    graphs = tiny_set()
    batch = graphs.batch([5, 2])
    assert batch.nodes_per_graph.tolist() == graphs.nodes_per_graph[[5, 2]].tolist()
    assert batch.num_nodes == int(batch.nodes_per_graph.sum())
    assert torch.equal(batch.graph_of_node, torch.repeat_interleave(batch.nodes_per_graph))
