from dataclasses import replace

import torch

from gnn2mlp.teachers._graph_level import reads_of
from gnn2mlp.teachers._graph_network import messages_of
from gnn2mlp.teachers.graph_gcn import GraphGCN
from tests.graphs import random_graphs


def test_messages_go_from_source_to_target() -> None:
    graphs = random_graphs(edge_codes=True)
    batch = graphs.batch(range(len(graphs)))
    one_way = replace(batch, edge_index=batch.edge_index[:, :3], edge_codes=batch.edge_codes[:3])  # type: ignore[index]
    messages = messages_of(one_way, graphs.edge_code_sizes)
    pattern = messages.block.pattern
    found = {(int(s), int(t)) for t, s in zip(pattern.row_ids(), pattern.indices, strict=True)}
    assert found == {tuple(edge) for edge in one_way.edge_index.T.tolist()}
    assert messages.block.target_degree.sum() == 3
    assert messages.edges is not None
    assert messages.edges.shape == (3, 3)


def test_degrees_that_are_told_are_taken() -> None:
    graphs = random_graphs()
    batch = replace(graphs.batch([1]), degrees=torch.full((graphs.batch([1]).num_nodes,), 7))
    assert messages_of(batch, ()).block.target_degree.unique().tolist() == [7]


def test_roots_alone_are_pooled() -> None:
    graphs = random_graphs(smallest=2)
    batch = graphs.batch([0, 1])
    teacher = GraphGCN(hidden=8, dropout=0.0)
    teacher.initialise(reads_of(graphs), 2)
    network = teacher.module_.eval()
    first = torch.tensor([True, *(batch.graph_of_node[1:] != batch.graph_of_node[:-1]).tolist()])
    expected = network.head(network.nodes(batch)[first]).logits
    torch.testing.assert_close(network(replace(batch, roots=first)).logits, expected)
