"""Layer by layer or in one pass: the same numbers."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from gnn2mlp.core.seeds import seeded
from gnn2mlp.data import HyperedgeSampler, NeighbourSampler
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers import TEACHERS, _inference
from gnn2mlp.teachers._inference import infer, inputs, layerwise
from tests.cuda import on_each_device
from tests.helpers import tiny_graph, tiny_hypergraph
from tests.tiny import small

FORMS: list[tuple[str, dict[str, Any]]] = [("gcn", {}), ("sage", {}), ("sage", {"aggregator": "mean"}), ("gat", {})]


@pytest.mark.parametrize(("name", "options"), FORMS)
@pytest.mark.parametrize("layers", [2, 3])
@pytest.mark.parametrize("sparse", [False, True])
@on_each_device
def test_layerwise_equals_one_pass(name: str, options: dict[str, Any], layers: int, sparse: bool, device: str) -> None:
    graph = tiny_graph()
    features = CSR.from_dense(graph.features) if sparse else graph.features
    with seeded(0, "test"):
        module = small(TEACHERS, name, layers=layers, norm="batch", **options).build(graph.num_features, 3)
    sampler = NeighbourSampler(graph.adjacency)
    whole = infer(module, sampler, features)
    module, features = module.to(device), features.to(device)
    for chunk in (7, 60, 100):
        parts = layerwise(module.train(), sampler, features, chunk)
        assert parts.keys() == whole.keys() == {"logits", "hidden"}
        for key, value in whole.items():
            torch.testing.assert_close(parts[key], value, rtol=1e-4, atol=1e-5)
    assert whole["hidden"].shape == (60, 16)


@pytest.mark.parametrize("name", ["hgnn", "hgnn_plus", "unigcn"])
@on_each_device
def test_layerwise_equals_one_pass_on_hypergraphs(name: str, device: str) -> None:
    hypergraph = tiny_hypergraph()
    with seeded(0, "test"):
        module = small(TEACHERS, name, layers=3, norm="batch").build(hypergraph.num_features, 3)
    sampler = HyperedgeSampler(hypergraph)
    whole = infer(module, sampler, hypergraph.features)
    module, features = module.to(device), hypergraph.features.to(device)
    for chunk in (7, 60):
        parts = layerwise(module, sampler, features, chunk)
        assert parts.keys() == whole.keys() == {"logits", "hidden"}
        for key, value in whole.items():
            torch.testing.assert_close(parts[key], value, rtol=1e-4, atol=1e-5)


def test_large_graphs_go_layer_by_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = tiny_graph()
    with seeded(0, "test"):
        module = small(TEACHERS, "gcn").build(graph.num_features, 3)
    sampler = NeighbourSampler(graph.adjacency)
    chunks = []

    def watched(*arguments: Any) -> dict[str, torch.Tensor]:
        chunks.append(arguments[-1])
        return layerwise(*arguments)

    monkeypatch.setattr(_inference, "layerwise", watched)
    whole = infer(module, sampler, graph.features)
    assert chunks == []
    monkeypatch.setattr(_inference, "LAYERWISE_ABOVE", 59)
    monkeypatch.setattr(_inference, "CHUNK", 8)
    torch.testing.assert_close(infer(module, sampler, graph.features)["logits"], whole["logits"])
    assert chunks == [8]


def test_infers_in_evaluation_mode_and_without_gradient() -> None:
    graph = tiny_graph()
    with seeded(0, "test"):
        module = small(TEACHERS, "gcn", dropout=0.9).build(graph.num_features, 3).train()
    sampler = NeighbourSampler(graph.adjacency)
    first, second = (infer(module.train(), sampler, graph.features)["logits"] for _ in range(2))
    assert torch.equal(first, second)
    assert not first.requires_grad


def test_inputs_are_single_precision_and_dense_only_if_that_is_faster() -> None:
    full, thin = tiny_graph(sparse=True), tiny_graph(features=12)
    assert isinstance(inputs(full), torch.Tensor)  # a third of its entries are stored
    sparse = CSR.from_dense(torch.eye(60, dtype=torch.float64))
    kept = inputs(replace(thin, features=sparse))
    assert isinstance(kept, CSR)
    assert kept.dtype == torch.float32


def test_pre_aggregated_features_of_a_large_graph_are_read_layer_by_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = tiny_graph()
    with seeded(0, "test"):
        module = small(TEACHERS, "gcn").build(graph.num_features, 3)
    sampler = NeighbourSampler(graph.adjacency)
    read = module.pre_aggregate(graph.features, sampler.full_block())
    whole = infer(module, sampler, read)
    monkeypatch.setattr(_inference, "LAYERWISE_ABOVE", 59)
    torch.testing.assert_close(infer(module, sampler, read), whole)
