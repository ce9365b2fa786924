"""Positions: whose edges they are made from, what a new node has, and that they ship with the student."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.data import GraphData
from gnn2mlp.deploy import Predictor
from gnn2mlp.inputs import Positions
from gnn2mlp.inputs.positions import beside
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.pipeline import RunConfig, run
from tests.tiny import tiny_views

OPTIONS: dict[str, Any] = {"walks": 2, "length": 6, "dim": 4}


def fitted(views: Any, **options: Any) -> Positions:
    inputs = Positions(**{**OPTIONS, **options})
    inputs.fit_observed(views.observed)
    return inputs


def dense_of(x: Features) -> Tensor:
    return x.to_dense() if isinstance(x, CSR) else x


def test_a_new_node_has_the_mean_of_its_observed_neighbours() -> None:
    views = tiny_views("inductive", weighted=True)
    inputs, graph, observed = fitted(views), views.full.graph, views.observed.node_ids.tolist()
    rows = dense_of(inputs.rows(graph))
    adjacency = graph.adjacency.to_dense()
    seen = 0
    for node in range(graph.num_nodes):
        found = rows[node, graph.num_features :]
        if node in observed:
            assert torch.equal(found, inputs.vectors_[observed.index(node)])
            continue
        near = [j for j in observed if adjacency[node, j] > 0]
        weight = adjacency[node, near]
        expected = torch.zeros(4)
        for j, w in zip(near, weight, strict=True):
            expected = expected + w * inputs.vectors_[observed.index(j)] / weight.sum()
        torch.testing.assert_close(found, expected)
        seen += bool(near)
    assert seen > 0


def test_observed_rows_are_the_same_rows() -> None:
    views = tiny_views("inductive")
    inputs = fitted(views)
    own, full = inputs.training_rows(views.observed.graph), inputs.rows(views.full.graph)
    assert bool((dense_of(inputs.observed_rows(views.observed)) == dense_of(own)).all())
    assert torch.equal(dense_of(own), dense_of(full)[views.observed.node_ids])


def test_edges_of_unseen_nodes_move_no_observed_position() -> None:
    views = tiny_views("inductive")
    graph, ids = views.full.graph, views.observed.node_ids
    assert isinstance(graph, GraphData)
    inside = torch.isin(graph.edge_index, ids).all(0)
    assert not inside.all()
    bare = replace(graph, edge_index=graph.edge_index[:, inside])
    inputs = fitted(views)
    known, unseen = dense_of(inputs.rows(graph)), dense_of(inputs.rows(bare))
    assert torch.equal(known[ids], unseen[ids])
    others = torch.ones(graph.num_nodes, dtype=torch.bool)
    others[ids] = False
    assert bool((unseen[others][:, graph.num_features :] == 0).all())  # without a neighbour: zeros


def test_the_seed_decides_the_walks() -> None:
    views = tiny_views()
    assert torch.equal(fitted(views).vectors_, fitted(views).vectors_)
    assert not torch.equal(fitted(views).vectors_, fitted(views, seed=1).vectors_)


@pytest.mark.parametrize("sparse", [False, True])
def test_columns_go_beside_the_features(sparse: bool) -> None:
    features = torch.tensor([[0.0, 1.0], [0.0, 0.0], [2.0, 3.0]])
    columns = torch.tensor([[5.0], [6.0], [7.0]])
    found = beside(CSR.from_dense(features) if sparse else features, columns)
    assert isinstance(found, CSR) == sparse
    assert torch.equal(dense_of(found), torch.cat([features, columns], dim=1))


def test_refusals() -> None:
    views = tiny_views()
    inputs = fitted(views)
    with pytest.raises(ConfigError, match=r"make the rows with inputs.rows\(graph\)"):
        inputs.transform(views.full.graph.features)
    with pytest.raises(ConfigError, match="expected the graph of training.* which has at least 60 nodes, got 10"):
        inputs.rows(views.full.graph.subgraph(torch.arange(10)))
    with pytest.raises(ConfigError, match="expected a graph with edges to walk along, got a hypergraph"):
        inputs.fit_graph(tiny_views(kind="hypergraph").full.graph)
    with pytest.raises(ConfigError, match=r"inputs\.length: expected at least 2, got 1"):
        Positions(length=1)


def test_glnn_with_positions_runs_and_ships_them(tmp_path: Path) -> None:
    config = RunConfig(
        inputs={"name": "positions", **OPTIONS},
        setting="inductive",
        seeds=1,
        latency=False,
        out=tmp_path / "run",
        cache=tmp_path / "cache",
        teacher={"name": "gcn", "epochs": 5},
        distill={"epochs": 5},
    )
    made = run(config)
    student = Predictor.load(tmp_path / "run" / "student")
    assert student.inputs.needs_graph
    assert student.num_features == made.results["graph"]["features"] + 4
    assert set(made.summary["student"]) >= {"seen", "unseen"}
