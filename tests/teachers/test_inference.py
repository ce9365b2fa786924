"""Layer by layer or in one pass: the same numbers."""

from dataclasses import replace
from typing import Any

import pytest
import torch

from gnn2mlp.core.seeds import seeded
from gnn2mlp.data import HyperedgeSampler, NeighbourSampler
from gnn2mlp.nn.csr import CSR, num_bytes
from gnn2mlp.teachers import TEACHERS, _inference
from gnn2mlp.teachers._inference import infer, input_features, layerwise
from tests.cuda import needs_cuda, on_each_device
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
    monkeypatch.setattr(_inference, "ONE_PASS_BYTES", 0)
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
    assert isinstance(input_features(full), torch.Tensor)  # a third of its entries are stored
    sparse = CSR.from_dense(torch.eye(60, dtype=torch.float64))
    kept = input_features(replace(thin, features=sparse))
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
    monkeypatch.setattr(_inference, "ONE_PASS_BYTES", 0)
    torch.testing.assert_close(infer(module, sampler, read), whole)


def test_a_cpu_counts_nodes_and_never_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = tiny_graph()
    module = small(TEACHERS, "gcn").build(graph.num_features, 3)
    monkeypatch.setattr(_inference, "free_bytes", lambda device: 0)
    assert _inference.one_pass_fits(module, NeighbourSampler(graph.adjacency), graph.features)


def test_a_large_graph_is_one_pass_on_a_cpu_where_that_takes_little(monkeypatch: pytest.MonkeyPatch) -> None:
    graph, fits = tiny_graph(), []
    module = small(TEACHERS, "gcn").build(graph.num_features, 3)
    sampler = NeighbourSampler(graph.adjacency)
    monkeypatch.setattr(_inference, "LAYERWISE_ABOVE", 59)
    needed = _inference.bytes_on_cpu(module, sampler.full_block(), graph.features)
    for most in (needed - 1, needed):
        monkeypatch.setattr(_inference, "ONE_PASS_BYTES", most)
        fits.append(_inference.one_pass_fits(module, sampler, graph.features))
    assert fits == [False, True]


@pytest.mark.parametrize(("norm", "made"), [("none", 32), ("batch", 48)])
def test_memory_of_a_pass_on_a_cpu_by_hand(norm: str, made: int) -> None:
    graph = tiny_graph()
    module = small(TEACHERS, "gcn", layers=3, norm=norm).build(graph.num_features, 3)
    block = NeighbourSampler(graph.adjacency).full_block()
    held = num_bytes(block.pattern) + num_bytes(block.sources) + num_bytes(block.source_degree) * 2
    # The middle layer holds most: the 16 numbers that it reads, 16 sums, and what it makes of them.
    expected = 4 * 60 * (16 + 16 + made) + _inference.COPIES * held
    assert _inference.bytes_on_cpu(module, block, graph.features) == expected
    heads = small(TEACHERS, "gat", heads=4).build(graph.num_features, 3)
    attended = _inference.bytes_on_cpu(heads, block, graph.features)
    assert attended == 4 * (60 * (16 + 32) + (block.pattern.nnz + 60) * 6 * 4) + _inference.COPIES * held


def test_a_block_that_is_there_takes_no_more_memory() -> None:
    graph = tiny_graph()
    module, sampler = small(TEACHERS, "gcn").build(graph.num_features, 3), NeighbourSampler(graph.adjacency)
    assert not sampler.holds_full_block(torch.device("cpu"))
    block = sampler.full_block()
    assert sampler.holds_full_block(torch.device("cpu"))
    new, there = (_inference.bytes_of_pass(module, block, graph.features, held) for held in (False, True))
    assert new - there == _inference.COPIES * (num_bytes(block.pattern) + 3 * num_bytes(block.sources) - 60 * 4 * 2)


def test_a_gpu_counts_memory_and_never_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = tiny_graph()
    module, sampler = small(TEACHERS, "gcn").build(graph.num_features, 3), NeighbourSampler(graph.adjacency)
    needed = _inference.bytes_of_pass(module, sampler.full_block(), graph.features)

    class OnGPU:
        device, shape = torch.device("cuda", 0), graph.features.shape
        element_size = graph.features.element_size

    monkeypatch.setattr(_inference, "LAYERWISE_ABOVE", 1)
    for free, fits in ((int(needed / _inference.SHARE) + 1, True), (int(needed / _inference.SHARE) - 1, False)):
        monkeypatch.setattr(_inference, "free_bytes", lambda device, free=free: free)
        assert _inference.one_pass_fits(module, sampler, OnGPU()) == fits


@pytest.mark.parametrize(("name", "options"), FORMS)
@pytest.mark.parametrize("sparse", [False, True])
def test_memory_of_a_pass_is_estimated_from_above(name: str, options: dict[str, Any], sparse: bool) -> None:
    graph = tiny_graph(nodes=300)
    features = CSR.from_dense(graph.features) if sparse else graph.features
    module, sampler = small(TEACHERS, name, **options).build(graph.num_features, 3), NeighbourSampler(graph.adjacency)
    block = sampler.full_block()
    infer(module, sampler, features)  # makes the operator, which stays
    with torch.profiler.profile(profile_memory=True) as profile:
        infer(module, sampler, features)
    now = most = 0
    for event in profile.profiler.kineto_results.events():
        if event.name() == "[memory]":
            now += event.nbytes()
            most = max(most, now)
    assert 0 < most <= _inference.bytes_of_pass(module, block, features)
    made = _inference.COPIES * sum(num_bytes(held) for held in (block.pattern, block.sources, block.source_degree))
    assert most <= 1.1 * (_inference.bytes_on_cpu(module, block, features) - made)  # small arrays beside


def test_deterministic_products_take_more_memory() -> None:
    graph = tiny_graph()
    module, block = small(TEACHERS, "gcn").build(graph.num_features, 3), NeighbourSampler(graph.adjacency).full_block()
    plain = _inference.bytes_of_pass(module, block, graph.features)
    torch.use_deterministic_algorithms(True)
    try:
        ordered = _inference.bytes_of_pass(module, block, graph.features)
    finally:
        torch.use_deterministic_algorithms(False)
    assert ordered - plain == 2 * 60 * 16 * 4


@needs_cuda
def test_what_does_not_fit_on_a_gpu_goes_layer_by_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = tiny_graph()
    for name in ("gcn", "gat", "vq"):
        with seeded(0, "test"):
            module = small(TEACHERS, name).build(graph.num_features, 3)
        sampler = NeighbourSampler(graph.adjacency)
        wanted = infer(module, sampler, graph.features)
        module.cuda()
        whole = infer(module, sampler, graph.features.cuda())
        assert whole["logits"].is_cuda
        with monkeypatch.context() as small_gpu:
            small_gpu.setattr(_inference, "free_bytes", lambda device: 0)
            small_gpu.setattr(_inference, "CHUNK", 16)
            parts = infer(module, sampler, graph.features.cuda())
        assert not parts["logits"].is_cuda
        for key, value in wanted.items():
            torch.testing.assert_close(whole[key].cpu(), value, rtol=1e-3, atol=1e-4)
            torch.testing.assert_close(parts[key], value, rtol=1e-3, atol=1e-4)
