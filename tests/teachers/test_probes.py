"""Entropy shifts: by hand, repeatable, and blind to everything but the noise."""

import math
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from gnn2mlp.data import NodeData
from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers import _probes
from gnn2mlp.teachers._probes import Perturbation, entropy, entropy_shift
from tests.helpers import tiny_graph, tiny_hypergraph

GRAPH = tiny_graph()


def linear(graph: NodeData) -> Tensor:
    weight = torch.randn(12, 3, generator=torch.Generator().manual_seed(0))
    x = graph.features if isinstance(graph.features, Tensor) else graph.features.to_dense()
    return x.float() @ weight


def shifts(graph: NodeData = GRAPH, draws: int = 3, noise: float = 1.0, seed: int = 0) -> Tensor:
    return entropy_shift(linear, graph, linear(graph), draws, noise, seed)


def test_entropy_by_hand() -> None:
    logits = torch.tensor([[0.0, 0.0], [math.log(3), 0.0], [200.0, 0.0]])
    expected = [math.log(2), -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)), 0.0]
    torch.testing.assert_close(entropy(logits), torch.tensor(expected))


def test_shift_by_hand() -> None:
    """A teacher whose answer is known before and after: from even to 3 against 1."""
    answers = iter([torch.tensor([[math.log(3), 0.0]]), torch.zeros(1, 2)])
    one = replace(GRAPH, features=torch.zeros(1, 12))
    found = entropy_shift(lambda _: next(answers), one, torch.zeros(1, 2), draws=2, noise=0.5, seed=0)
    moved = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) - math.log(2)
    torch.testing.assert_close(found, torch.tensor([[moved / 0.5, 0.0]]))


def test_noise_has_the_size_that_was_asked_for_and_is_added_to_every_entry() -> None:
    seen: list[Tensor] = []

    def watching(graph: NodeData) -> Tensor:
        seen.append(graph.features)
        return torch.zeros(60, 3)

    entropy_shift(watching, GRAPH, torch.zeros(60, 3), draws=20, noise=0.25, seed=0)
    noise = torch.stack(seen) - GRAPH.features
    assert noise.std().item() == pytest.approx(0.25, rel=0.02)
    assert noise.mean().item() == pytest.approx(0, abs=0.01)
    assert (noise != 0).all()
    assert len({float(n.sum()) for n in noise}) == 20


def disturbed(graph: NodeData, perturbation: Perturbation, noise: float = 0.25) -> Tensor:
    """The features (draws, nodes, features) that the teacher is shown."""
    seen: list[Tensor] = []

    def watching(there: NodeData) -> Tensor:
        assert isinstance(there.features, Tensor)
        seen.append(there.features)
        return torch.zeros(60, 3)

    entropy_shift(watching, graph, torch.zeros(60, 3), 20, noise, 0, perturbation)
    return torch.stack(seen)


def test_multiplied_features_leave_zeros_alone_and_the_others_near_themselves() -> None:
    found = disturbed(GRAPH, "multiply")
    assert 0 < (GRAPH.features == 0).sum() < GRAPH.features.numel()
    assert (found[:, GRAPH.features == 0] == 0).all()
    factor = found[:, GRAPH.features != 0]  # the features are 0 or 1
    assert factor.mean().item() == pytest.approx(1, abs=0.01)
    assert factor.std().item() == pytest.approx(0.25, rel=0.03)


def test_both_perturbations_draw_the_same_noise() -> None:
    """X (1 + ε) against X + ε, entry by entry."""
    graph = replace(GRAPH, features=3 * GRAPH.features)
    noise = disturbed(graph, "add") - graph.features
    torch.testing.assert_close(disturbed(graph, "multiply"), graph.features * (1 + noise))


def test_hypergraphs_keep_their_hyperedges() -> None:
    hypergraph, seen = tiny_hypergraph(), []

    def watching(there: NodeData) -> Tensor:
        seen.append(there)
        return linear(there)

    found = entropy_shift(watching, hypergraph, linear(hypergraph), draws=2, noise=1.0, seed=0)
    assert found.abs().min(1).values.median() > 0.01
    for there in seen:
        assert all(torch.equal(there.structure[key], value) for key, value in hypergraph.structure.items())
        assert not torch.equal(there.features, hypergraph.features)


def test_same_seed_same_shifts_whatever_the_number_of_draws() -> None:
    assert torch.equal(shifts(draws=2), shifts(draws=5)[:, :2])
    assert not torch.equal(shifts(seed=1), shifts())


def test_small_noise_moves_entropy_in_proportion() -> None:
    torch.testing.assert_close(shifts(noise=1e-3), shifts(noise=2e-3), rtol=0.1, atol=0.02)


def test_a_teacher_that_ignores_its_features_is_unmoved() -> None:
    constant = torch.randn(60, 3, generator=torch.Generator().manual_seed(2))
    assert not entropy_shift(lambda _: constant, GRAPH, constant, 3, 1.0, 0).any()


def test_sparse_features_are_disturbed_like_dense_ones_and_left_as_they_were() -> None:
    sparse, before = tiny_graph(sparse=True), GRAPH.features.clone()
    torch.testing.assert_close(shifts(sparse), shifts())
    assert torch.equal(GRAPH.features, before)
    assert torch.equal(sparse.features.to_dense(), before)


@pytest.mark.parametrize("nodes", [1, 15, 16, 60, 100])
@pytest.mark.parametrize("drawn", [1, 12 * 32, 1 << 24])
def test_multiplied_sparse_rows_stay_sparse_and_get_the_numbers_of_dense_ones(
    nodes: int, drawn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_probes, "DRAWN", drawn)
    dense = GRAPH.features.repeat(2, 1)[:nodes]
    made = [
        _probes._disturbed(x, 0.25, torch.Generator().manual_seed(0), "multiply")
        for x in (dense, CSR.from_dense(dense))
    ]
    assert isinstance(made[1], CSR)
    assert torch.equal(made[1].to_dense(), made[0])


def test_noise_on_sparse_rows_is_that_on_dense_ones() -> None:
    dense, sparse = (
        _probes._disturbed(x, 0.25, torch.Generator().manual_seed(0), "add")
        for x in (GRAPH.features, CSR.from_dense(GRAPH.features))
    )
    assert torch.equal(dense, sparse)


def test_shape_and_type() -> None:
    assert shifts().shape == (60, 3)
    assert shifts().dtype == torch.float32
