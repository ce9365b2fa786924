"""The leak test at the level of data: what training gets does not depend on what it must not know."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from gnn2mlp.data.graph import GraphData, graph_from_arrays
from gnn2mlp.data.hypergraph import HypergraphData, hypergraph_from_arrays, hypergraph_of
from gnn2mlp.data.split import Split
from gnn2mlp.data.splits.per_class import PerClass
from gnn2mlp.data.view import Views
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tiny import views_of


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
    return graph_from_arrays(features, graph.labels, edges, task=graph.task)


def test_unseen_features_and_edges_do_not_reach_training(graph: GraphData, split: Split) -> None:
    other = with_other_unseen(graph, split)
    assert other.digest != graph.digest
    assert other.num_edges != graph.num_edges
    assert Views.of(other, split).observed.digest == Views.of(graph, split).observed.digest


@pytest.mark.parametrize("setting", ["transductive", "inductive"])
def test_test_labels_do_not_reach_training(graph: GraphData, setting: str) -> None:
    split = PerClass(train=4, valid=4).split(graph, 0, setting)  # type: ignore[arg-type]
    labels = graph.labels.clone()
    labels[split.test] = (labels[split.test] + 1) % 3
    other = replace(graph, labels=labels)
    assert Views.of(other, split).observed.digest == Views.of(graph, split).observed.digest


def test_the_digest_notices_what_training_may_know(graph: GraphData, split: Split) -> None:
    digest = Views.of(graph, split).observed.digest
    node = int(split.seen[0])
    labels = graph.labels.clone()
    labels[split.train[0]] = (labels[split.train[0]] + 1) % 3
    assert Views.of(replace(graph, labels=labels), split).observed.digest != digest
    seen_edges = ~torch.isin(graph.edge_index, torch.tensor([node])).any(0)
    assert Views.of(replace(graph, edge_index=graph.edge_index[:, seen_edges]), split).observed.digest != digest
    moved = replace(split, train=split.train[1:], seen=torch.cat([split.seen, split.train[:1]]).sort().values)
    assert Views.of(graph, moved).observed.digest != digest


def test_observed_rows_are_the_seen_nodes(graph: GraphData, split: Split) -> None:
    observed = Views.of(graph, split).observed
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
    views = Views.of(graph, split)
    assert views.observed.node_ids.tolist() == list(range(60))
    assert torch.equal(views.observed.graph.edge_index, graph.edge_index)
    assert views.full.graph is graph
    assert views.full.split is split


@pytest.fixture(params=[False, True], ids=["dense", "sparse"])
def hypergraph(request: pytest.FixtureRequest) -> HypergraphData:
    return tiny_hypergraph(sparse=request.param)


def hypergraph_with_other_unseen(hypergraph: HypergraphData, split: Split) -> HypergraphData:
    """The same hypergraph but for every feature and every incidence of the unseen nodes, and one hyperedge of them."""
    unseen = torch.zeros(hypergraph.num_nodes, dtype=torch.bool)
    unseen[split.unseen] = True
    sparse = isinstance(hypergraph.features, CSR)
    x = hypergraph.features.to_dense() if isinstance(hypergraph.features, CSR) else hypergraph.features
    x = torch.where(unseen[:, None], 1 - 2 * x, x)
    incidence = hypergraph.members.to_dense().T.bool() ^ unseen[:, None]
    incidence = torch.cat([incidence, unseen[:, None]], dim=1)
    return hypergraph_from_arrays(
        CSR.from_dense(x) if sparse else x,
        hypergraph.labels,
        incidence.nonzero().T,
        hyperedge_weight=torch.cat([hypergraph.weight, torch.tensor([7.0])]),
        task=hypergraph.task,
    )


def test_unseen_features_and_incidences_do_not_reach_training(hypergraph: HypergraphData, split: Split) -> None:
    other = hypergraph_with_other_unseen(hypergraph, split)
    assert other.digest != hypergraph.digest
    assert other.sizes["incidences"] != hypergraph.sizes["incidences"]
    assert Views.of(other, split).observed.digest == Views.of(hypergraph, split).observed.digest


def test_unseen_edges_do_not_reach_training_through_a_hypergraph_of_the_graph(graph: GraphData, split: Split) -> None:
    one, other = (hypergraph_of(given) for given in (graph, with_other_unseen(graph, split)))
    assert one.digest != other.digest
    assert Views.of(one, split).observed.digest == Views.of(other, split).observed.digest


def test_observed_hyperedges_are_truncated(hypergraph: HypergraphData, split: Split) -> None:
    observed = Views.of(hypergraph, split).observed
    seen = observed.graph
    assert isinstance(seen, HypergraphData)
    assert observed.node_ids.tolist() == sorted(set(range(60)) - set(split.unseen.tolist()))
    left = hypergraph.members.to_dense()[:, observed.node_ids]
    alive = left.any(1)
    assert torch.equal(seen.members.to_dense(), left[alive])
    assert torch.equal(seen.weight, hypergraph.weight[alive])
    size, before = left[alive].sum(1), hypergraph.members.to_dense()[alive].sum(1)
    assert bool((size < before).any())
    known = torch.cat([observed.train, observed.valid])
    assert int((seen.labels >= 0).sum()) == known.numel()


def test_a_hyperedge_of_unseen_nodes_does_not_exist_in_training(split: Split) -> None:
    inside, outside = split.train[:2].tolist(), split.unseen[:3].tolist()
    # Hyperedges of unseen nodes, of seen nodes, and of both.
    members = [outside, inside, [*inside[:1], *outside]]
    index = np.stack([np.concatenate(members), np.repeat(np.arange(3), [len(m) for m in members])])
    tiny = tiny_hypergraph()
    hypergraph = hypergraph_from_arrays(tiny.features, tiny.labels, index, hyperedge_weight=[1.0, 2.0, 3.0])
    observed = Views.of(hypergraph, split).observed
    assert isinstance(observed.graph, HypergraphData)
    assert observed.graph.weight.tolist() == [2, 3]
    node, hyperedge = observed.graph.hyperedge_index
    assert observed.node_ids[node].tolist() == [*inside, inside[0]]
    assert hyperedge.tolist() == [0, 0, 1]


def test_test_labels_of_a_hypergraph_do_not_reach_training(hypergraph: HypergraphData, split: Split) -> None:
    labels = hypergraph.labels.clone()
    labels[split.test] = (labels[split.test] + 1) % 3
    observed = Views.of(replace(hypergraph, labels=labels), split).observed
    assert observed.digest == Views.of(hypergraph, split).observed.digest


def test_the_digest_notices_the_hyperedges_of_seen_nodes(hypergraph: HypergraphData, split: Split) -> None:
    digest = Views.of(hypergraph, split).observed.digest
    alive = int(hypergraph.hyperedge_index[1][torch.isin(hypergraph.hyperedge_index[0], split.seen)][0])
    weight = hypergraph.weight.clone()
    weight[alive] += 1
    assert Views.of(replace(hypergraph, weight=weight), split).observed.digest != digest
    kept = hypergraph.hyperedge_index[0] != split.seen[hypergraph.degree[split.seen] > 0][0]
    index = hypergraph.hyperedge_index[:, kept]
    fewer = hypergraph_from_arrays(hypergraph.features, hypergraph.labels, index, hyperedge_weight=hypergraph.weight)
    assert fewer.num_hyperedges == hypergraph.num_hyperedges
    assert Views.of(fewer, split).observed.digest != digest


def test_labels_that_train_are_told_from_those_that_validate() -> None:
    observed = views_of(tiny_graph()).observed
    assert (observed.train_labels >= 0).nonzero()[:, 0].tolist() == observed.train.tolist()
    assert torch.equal(observed.train_labels[observed.train], observed.graph.labels[observed.train])
    assert bool((observed.graph.labels[observed.valid] >= 0).all())


def test_the_observed_view_has_the_texts_of_its_nodes_alone() -> None:
    graph = replace(tiny_graph(), texts=tuple(f"text {row}" for row in range(60)))
    observed = views_of(graph, "inductive").observed
    assert observed.graph.texts == tuple(f"text {row}" for row in observed.node_ids.tolist())
    altered = list(graph.texts or ())
    unseen = views_of(graph, "inductive").full.split.unseen
    altered[int(unseen[0])] = "something else"
    again = views_of(replace(graph, texts=tuple(altered)), "inductive")
    assert again.observed.digest == observed.digest
    assert again.full.graph.digest != graph.digest
    altered[int(observed.node_ids[0])] = "seen, and something else"
    assert views_of(replace(graph, texts=tuple(altered)), "inductive").observed.digest != observed.digest
