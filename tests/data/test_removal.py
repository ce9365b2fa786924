from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.spec import Spec
from gnn2mlp.data import SPLITTERS, GraphData, Removal, Views, graph_from_arrays
from gnn2mlp.data.split import Split
from tests.helpers import tiny_hypergraph


def split_of(graph: GraphData) -> Split:
    return Spec("per_class", train=2, valid=3).build(SPLITTERS).split(graph, 0, "inductive", 0.4)


def test_rows_before_and_after() -> None:
    removal = Removal(6, torch.tensor([1, 4]))
    assert removal.left.tolist() == [0, 2, 3, 5]
    assert removal.row.tolist() == [0, -1, 1, 2, -1, 3]
    assert removal.rows(torch.tensor([5, 4, 0])).tolist() == [3, 0]
    assert removal.counts == {"nodes": 2, "edges": 0}
    assert removal.digest != Removal(6, torch.tensor([1, 5])).digest


def test_every_node_keeps_its_role(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    split = split_of(graph)
    removal = Removal(60, torch.cat([split.train[:1], split.seen[:4], split.unseen[:2]]).sort().values)
    left = removal.split(split)
    for part in ("train", "valid", "seen", "unseen"):
        expected = [node for node in getattr(split, part).tolist() if node not in removal.nodes.tolist()]
        assert removal.left[getattr(left, part)].tolist() == expected
    views = Views.of(removal.of(graph), left)
    assert views.observed.graph.num_nodes == 60 - 7 - left.unseen.numel()


def test_edges_go_with_their_nodes_and_by_themselves(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    edge = graph.edge_index[:, :1]
    left = Removal(60, torch.tensor([59]), edge).of(graph)
    assert isinstance(left, GraphData)
    assert left.num_edges == graph.num_edges - 1 - int(graph.degree[59])
    assert edge.T.tolist()[0] not in left.edge_index.T.tolist()


def test_edges_of_a_hypergraph_are_refused() -> None:
    with pytest.raises(DataError, match="the removal of edges works on a graph"):
        Removal(60, edges=torch.tensor([[0], [1]])).of(tiny_hypergraph())
    assert Removal(60, torch.arange(30)).of(tiny_hypergraph()).num_nodes == 30


def test_nothing_left_is_an_error(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    split = split_of(graph)
    own = split.train[graph.labels[split.train] == 1]
    with pytest.raises(DataError, match=r"tiny: the removal leaves no training label of 1 \(seed 0\)"):
        Removal(60, own).check(graph, split)
    with pytest.raises(DataError, match="leaves no unseen test node"):
        Removal(60, split.unseen).check(graph, split)
    Removal(60, own[:1]).check(graph, split)
    pair = graph_from_arrays(torch.eye(3), [0, 1, 0], [[0], [1]], name="pair")
    with pytest.raises(DataError, match="pair: expected nodes and edges to be left"):
        Removal(3, torch.tensor([0])).of(pair)


def test_a_class_that_had_no_training_label_before_is_not_missed(tiny_graph: Callable[..., GraphData]) -> None:
    graph = tiny_graph()
    split = split_of(graph)
    bare = replace(split, train=split.train[graph.labels[split.train] != 1])
    Removal(60, split.seen[:1]).check(graph, bare)
