from dataclasses import replace

import pytest
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.data import GraphData, graph_from_arrays
from gnn2mlp.explainers import Surrogate, fit_surrogate
from gnn2mlp.nn.csr import CSR
from tests.helpers import tiny_graph, tiny_hypergraph


def linear_teacher(graph: GraphData, hops: int) -> torch.Tensor:
    """Logits that a surrogate of as many hops can say."""
    operator, found = dense_operator(graph), torch.as_tensor(_dense(graph))
    for _ in range(hops):
        found = operator @ found
    weight = torch.randn(found.size(1), 3, generator=torch.Generator().manual_seed(1))
    return 3 * (found @ weight) + torch.tensor([0.5, 0.0, -0.5])


def dense_operator(graph: GraphData) -> torch.Tensor:
    """D̃^-1/2 (A+I) D̃^-1/2, by hand."""
    looped = graph.adjacency.to_dense() + torch.eye(graph.num_nodes)
    scale = looped.sum(1).rsqrt()
    return scale[:, None] * looped * scale


def _dense(graph: GraphData) -> torch.Tensor:
    return graph.features.to_dense() if isinstance(graph.features, CSR) else graph.features


@pytest.mark.parametrize("sparse", [False, True])
def test_what_a_linear_teacher_says_is_found_again(sparse: bool) -> None:
    graph = tiny_graph(nodes=120, sparse=sparse)
    logits = linear_teacher(graph, 2)
    found = fit_surrogate(graph, logits, hops=2, epochs=300)
    assert found.reads == "own"
    assert found.agreement >= 0.8
    told = torch.from_numpy(found.logits(found.rows(range(120))))
    assert (told.argmax(1) == logits.argmax(1)).double().mean() > 0.9
    assert found.weight.mean(1) == pytest.approx(0, abs=1e-6)


def test_rows_are_those_of_the_power_of_the_operator() -> None:
    graph = tiny_graph(nodes=40)
    found = fit_surrogate(graph, linear_teacher(graph, 1), hops=3, epochs=2)
    whole = torch.linalg.matrix_power(dense_operator(graph), 3)
    assert torch.from_numpy(found.rows([3, 0]).toarray()).float().allclose(whole[[3, 0]], atol=1e-6)


def test_both_ways_to_multiply_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = tiny_graph(nodes=40)
    logits = linear_teacher(graph, 1)
    held = fit_surrogate(graph, logits, epochs=5)
    monkeypatch.setattr("gnn2mlp.explainers._surrogate._HELD", 0)
    assert fit_surrogate(graph, logits, epochs=5).weight == pytest.approx(held.weight, abs=1e-4)


def test_where_all_nodes_have_the_same_features_the_degree_is_read() -> None:
    star = graph_from_arrays(torch.ones(6, 2), [0, 1, 1, 1, 1, 1], [[0] * 5, [1, 2, 3, 4, 5]])
    found = fit_surrogate(star, torch.eye(2)[star.labels], hops=1, epochs=2)
    assert found.reads == "degree"
    assert found.features.tolist()[0] == [0, 0, 0, 0, 0, 1]
    assert fit_surrogate(star, torch.eye(2)[star.labels], hops=1, epochs=2, reads="own").features.shape == (6, 2)


def test_the_same_seed_gives_the_same_surrogate() -> None:
    graph = tiny_graph(nodes=40)
    first, second = (fit_surrogate(graph, linear_teacher(graph, 1), epochs=3, seed=5) for _ in range(2))
    assert isinstance(first, Surrogate)
    assert (first.weight == second.weight).all()


def test_what_cannot_be_explained_is_named() -> None:
    graph = tiny_graph(nodes=40)
    logits = linear_teacher(graph, 1)
    with pytest.raises(DataError, match="explanations speak of graphs, and .* is a hypergraph"):
        fit_surrogate(tiny_hypergraph(), logits)
    with pytest.raises(DataError, match=r"expected the teacher's logits \(40, classes\), .*, got \(39, 3\)"):
        fit_surrogate(graph, logits[:39])
    with pytest.raises(DataError, match="at least two classes"):
        fit_surrogate(graph, logits[:, :1])
    with pytest.raises(ConfigError, match="held_out"):
        fit_surrogate(graph, logits, held_out=0.9)
    with pytest.raises(ConfigError, match="hops"):
        fit_surrogate(graph, logits, hops=0)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_features_may_have_any_precision(dtype: torch.dtype) -> None:
    graph = tiny_graph(nodes=40)
    logits = linear_teacher(graph, 1)
    found = fit_surrogate(replace(graph, features=torch.as_tensor(_dense(graph)).to(dtype)), logits, hops=1, epochs=5)
    expected = fit_surrogate(graph, logits, hops=1, epochs=5)
    assert found.features.dtype == "float32"
    assert abs(found.divergence - expected.divergence) < 0.01
