"""Reconstruction without N x N: equal to what the dense formulas say."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers._reconstruction import edge_error, feature_error, lengths, sample_pairs
from tests.helpers import tiny_graph


def normal(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_feature_error_by_hand() -> None:
    # x̂ = (1, 1) and (2, 0) against x = (1, 0) and (0, 3): cosines 1/√2 and 0.
    vectors, features = torch.tensor([[1.0], [0.0]]), torch.tensor([[1.0, 0.0], [0.0, 3.0]])
    decoder = torch.tensor([[-1.0, 2.0], [1.0, 0.0]])
    for gamma in (1.0, 2.0):
        expected = ((1 - 0.5**0.5) ** gamma + 1) / 2
        assert feature_error(vectors, features, decoder, gamma).item() == pytest.approx(expected)


@pytest.mark.parametrize("gamma", [1.0, 3.0])
@pytest.mark.parametrize("sparse", [False, True])
def test_feature_error_equals_the_dense_computation(gamma: float, sparse: bool) -> None:
    features = normal(20, 9) * (normal(20, 9, seed=1) > 0)
    values = {}
    for kind in ("ours", "dense"):
        vectors, decoder = (t.requires_grad_() for t in (normal(20, 4, seed=2), normal(9, 5, seed=3)))
        if kind == "ours":
            error = feature_error(vectors, CSR.from_dense(features) if sparse else features, decoder, gamma)
        else:
            decoded = vectors @ decoder[:, :-1].T + decoder[:, -1]
            error = (1 - F.cosine_similarity(features, decoded)).pow(gamma).mean()
        error.backward()
        values[kind] = (error.detach(), vectors.grad, decoder.grad)
    for ours, dense in zip(*values.values(), strict=True):
        torch.testing.assert_close(ours, dense, rtol=1e-4, atol=1e-6)


def test_rows_without_features_are_finite_and_count_as_wrong() -> None:
    vectors = normal(3, 4).requires_grad_()
    error = feature_error(vectors, torch.zeros(3, 9), normal(9, 5, seed=1), 2.0)
    error.backward()
    assert error.item() == pytest.approx(1.0)
    assert torch.isfinite(vectors.grad).all()


def test_lengths() -> None:
    x = torch.tensor([[3.0, 4.0], [0.0, 0.0], [0.0, 2.0]])
    for form in (x, CSR.from_dense(x)):
        assert lengths(form).tolist() == [5.0, 0.0, 2.0]


def test_sampled_pairs_are_edges_and_none() -> None:
    adjacency = tiny_graph().adjacency
    dense = adjacency.to_dense().bool()
    random = torch.Generator().manual_seed(0)
    edges, others = sample_pairs(adjacency, 10_000, random)
    assert edges.size(1) == adjacency.nnz  # all of them where there are no more
    assert dense[edges[0], edges[1]].all()
    assert not dense[others[0], others[1]].any()
    assert (others[0] != others[1]).all()
    assert 0.6 * edges.size(1) < others.size(1) <= edges.size(1)
    few, others = sample_pairs(adjacency, 50, random)
    assert few.shape == (2, 50)
    assert dense[few[0], few[1]].all()
    assert others.size(1) <= 50


def test_sampled_pairs_reach_every_edge_and_every_other_pair_alike() -> None:
    adjacency = tiny_graph(nodes=9).adjacency
    random, counts = torch.Generator().manual_seed(0), torch.zeros(2, 9, 9)
    for _ in range(1500):
        for kind, pairs in enumerate(sample_pairs(adjacency, 8, random)):
            counts[kind].index_put_((pairs[0], pairs[1]), torch.ones(pairs.size(1)), accumulate=True)
    there = adjacency.to_dense().bool()
    for kind, possible in enumerate((there, ~there & ~torch.eye(9, dtype=torch.bool))):
        assert counts[kind][~possible].sum() == 0
        share = counts[kind][possible] / counts[kind].sum()
        assert (share * possible.sum() - 1).abs().max() < 0.25


def test_pairs_of_a_block_are_of_its_targets_and_sources() -> None:
    pattern = CSR.from_coo(torch.tensor([0, 1]), torch.tensor([5, 0]), torch.ones(2), (2, 6))
    edges, others = sample_pairs(pattern, 99, torch.Generator().manual_seed(0))
    assert edges.tolist() == [[0, 1], [5, 0]]
    assert (others[0] < 2).all()


def test_edge_error_by_hand() -> None:
    decoded = torch.tensor([[2.0, 0.0], [3.0, 4.0], [0.0, -1.0]])
    edges, others = torch.tensor([[0], [1]]), torch.tensor([[1, 0], [2, 2]])
    # Five times the cosines: edge 3; others -4 and 0.
    expected = 0.5 * (-F.logsigmoid(torch.tensor(3.0)) + (-F.logsigmoid(torch.tensor([4.0, 0.0]))).mean())
    torch.testing.assert_close(edge_error(decoded, edges, others), expected)


def test_edge_error_without_edges_is_zero_with_a_gradient() -> None:
    decoded, none = normal(3, 2).requires_grad_(), torch.zeros(2, 0, dtype=torch.int64)
    value = edge_error(decoded, none, none)
    value.backward()
    assert value.item() == 0.0
    assert not decoded.grad.any()
