"""The leak test at the level of data: what training gets does not depend on what it must not know."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.split import Split
from gnn2mlp.data.splits.per_class import PerClass
from gnn2mlp.data.view import Task
from gnn2mlp.nn.csr import CSR


@pytest.fixture(params=[False, True], ids=["dense", "sparse"])
def graph(request: pytest.FixtureRequest, tiny_graph: Callable[..., GraphData]) -> GraphData:
    return tiny_graph(sparse=request.param)


@pytest.fixture
def split(graph: GraphData) -> Split:
    return PerClass(train=4, valid=4).split(graph, 0, "inductive", unseen_fraction=0.3)


def with_other_unseen(graph: GraphData, split: Split) -> GraphData:
    """The same graph but for every feature and every edge of the unseen nodes."""
    unseen = torch.zeros(graph.num_nodes, dtype=torch.bool)
    unseen[split.unseen] = True
    sparse = isinstance(graph.features, CSR)
    x = graph.features.to_dense() if isinstance(graph.features, CSR) else graph.features
    x = torch.where(unseen[:, None], 1 - 2 * x, x)
    touched = unseen[:, None] | unseen[None, :]
    edges = (graph.adjacency.to_dense().bool() ^ touched).nonzero().T  # turns over the pairs with an unseen end
    features = CSR.from_dense(x) if sparse else x
    return graph_from_arrays(features, graph.labels, edges, class_names=graph.class_names)


def test_unseen_features_and_edges_do_not_reach_training(graph: GraphData, split: Split) -> None:
    other = with_other_unseen(graph, split)
    assert other.digest != graph.digest
    assert other.num_edges != graph.num_edges
    assert Task(other, split).observed.digest == Task(graph, split).observed.digest


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
def test_test_labels_do_not_reach_training(graph: GraphData, setting: str) -> None:
    split = PerClass(train=4, valid=4).split(graph, 0, setting)  # type: ignore[arg-type]
    labels = graph.labels.clone()
    labels[split.test] = (labels[split.test] + 1) % 3
    other = replace(graph, labels=labels)
    assert Task(other, split).observed.digest == Task(graph, split).observed.digest


def test_the_digest_notices_what_training_may_know(graph: GraphData, split: Split) -> None:
    digest = Task(graph, split).observed.digest
    node = int(split.seen[0])
    labels = graph.labels.clone()
    labels[split.train[0]] = (labels[split.train[0]] + 1) % 3
    assert Task(replace(graph, labels=labels), split).observed.digest != digest
    seen_edges = ~torch.isin(graph.edge_index, torch.tensor([node])).any(0)
    assert Task(replace(graph, edge_index=graph.edge_index[:, seen_edges]), split).observed.digest != digest
    moved = replace(split, train=split.train[1:], seen=torch.cat([split.seen, split.train[:1]]).sort().values)
    assert Task(graph, moved).observed.digest != digest


def test_observed_rows_are_the_seen_nodes(graph: GraphData, split: Split) -> None:
    observed = Task(graph, split).observed
    assert observed.node_ids.tolist() == sorted(set(range(60)) - set(split.unseen.tolist()))
    assert torch.equal(observed.node_ids[observed.train], split.train)
    assert torch.equal(observed.node_ids[observed.valid], split.valid)
    assert torch.equal(observed.graph.labels[observed.train], graph.labels[split.train])
    known = torch.cat([observed.train, observed.valid])
    assert int((observed.graph.labels >= 0).sum()) == known.numel()
    inner = graph.adjacency.to_dense()[observed.node_ids][:, observed.node_ids]
    assert torch.equal(observed.graph.adjacency.to_dense(), inner)


def test_a_transductive_view_has_every_node(graph: GraphData) -> None:
    split = PerClass(train=4, valid=4).split(graph, 0)
    task = Task(graph, split)
    assert task.observed.node_ids.tolist() == list(range(60))
    assert torch.equal(task.observed.graph.edge_index, graph.edge_index)
    assert task.full.graph is graph
    assert task.full.split is split
