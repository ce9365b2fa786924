"""APPNP against torch_geometric's propagation and the closed form, with the same weights."""

import pytest
import torch
import torch.nn.functional as F
from torch_geometric import nn as pyg

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.core.seeds import seeded
from gnn2mlp.data import NeighbourSampler
from gnn2mlp.teachers.appnp import APPNP
from tests.helpers import tiny_graph
from tests.teachers.test_propagation import dense_gcn
from tests.tiny import tiny_views


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("directed", [False, True])
def test_equals_pyg(weighted: bool, directed: bool) -> None:
    views = tiny_views(weighted=weighted, directed=directed)
    graph = views.full.graph
    teacher = APPNP(hidden=16, hops=4, alpha=0.2, epochs=3, normalise=False)
    teacher.fit(views.observed)
    first, second = teacher.module_.convs
    assert first.bias.abs().sum() > 0
    propagation = pyg.APPNP(K=4, alpha=0.2)
    with torch.no_grad():
        hidden = F.relu(graph.features @ first.weight + first.bias)
        expected = propagation(hidden @ second.weight, graph.edge_index, graph.edge_weight)
        travelled = propagation(hidden, graph.edge_index, graph.edge_weight)
    torch.testing.assert_close(teacher.predict(graph), expected, rtol=1e-4, atol=1e-5)
    table = teacher.export(views.observed, ["hidden", "logits"])
    torch.testing.assert_close(table["hidden"], travelled, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(table["hidden"] @ second.weight.detach(), table["logits"], rtol=1e-4, atol=1e-5)


def test_many_hops_are_personalised_pagerank() -> None:
    graph = tiny_graph()
    with seeded(0, "test"):
        module = APPNP(hidden=16, hops=200, alpha=0.2).build(graph.num_features, 3).eval()
    pagerank = 0.2 * torch.linalg.inv(torch.eye(60, dtype=torch.float64) - 0.8 * dense_gcn(graph))
    block = NeighbourSampler(graph.adjacency).full_block()
    with torch.no_grad():
        own = module.convs[1](module.between(module.first_map(graph.features)))
        found = module.logits(graph.features, [block] * 200)
    torch.testing.assert_close(found, (pagerank @ own.double()).float(), rtol=1e-4, atol=1e-5)


def test_answers_are_the_same_whichever_travels() -> None:
    graph = tiny_graph(weighted=True, directed=True)
    with seeded(0, "test"):
        module = APPNP(hidden=16, hops=3).build(graph.num_features, 3).eval()
    blocks = [NeighbourSampler(graph.adjacency).full_block()] * 3
    with torch.no_grad():
        torch.testing.assert_close(module.logits(graph.features, blocks), module(graph.features, blocks)[0])


def test_dropped_entries_differ_from_hop_to_hop_and_keep_their_mean() -> None:
    graph = tiny_graph()
    block = NeighbourSampler(graph.adjacency).full_block()
    with seeded(0, "test"):
        module = APPNP(hidden=16, edge_dropout=0.5).build(graph.num_features, 3).train()
        hops = module.steps([block] * 400)
        eye = torch.eye(60)
        operators = torch.stack([travel(eye) for travel in hops])
    assert not torch.equal(operators[0], operators[1])
    assert not torch.equal(hops[0](eye), operators[0])  # drawn when a hop is gone
    a_hat = dense_gcn(graph).float()
    there = a_hat > 0
    assert ((operators - 2 * a_hat).abs() < 1e-6)[:, there].double().mean().item() == pytest.approx(0.5, abs=0.02)
    assert (operators[:, ~there] == 0).all()
    torch.testing.assert_close(operators.mean(0), a_hat, rtol=0, atol=0.2 * a_hat.max().item())


def test_nothing_is_dropped_in_evaluation() -> None:
    graph = tiny_graph()
    block = NeighbourSampler(graph.adjacency).full_block()
    with seeded(0, "test"):
        module = APPNP(hidden=16).build(graph.num_features, 3).eval()
    torch.testing.assert_close(module.steps([block])[0](torch.eye(60)), dense_gcn(graph).float())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": 0.0}, r"teacher\.alpha: expected a number above 0 and at most 1, got 0\.0"),
        ({"alpha": 1.5}, r"teacher\.alpha: expected a number above 0 and at most 1, got 1\.5"),
        ({"edge_dropout": 1.0}, r"teacher\.edge_dropout: expected a number from 0 to below 1, got 1\.0"),
    ],
)
def test_impossible_options_are_refused(options: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        APPNP(**options)  # type: ignore[arg-type]
