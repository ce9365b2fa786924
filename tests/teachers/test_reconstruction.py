"""Reconstruction without N x N: equal to what the dense formulas say."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gnn2mlp.nn.csr import CSR
from gnn2mlp.teachers._reconstruction import edge_error, feature_error, lengths
from tests.cuda import off_the_cpu


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


def test_edge_error_by_hand() -> None:
    decoded = torch.tensor([[2.0, 0.0], [3.0, 4.0], [0.0, -1.0]])
    edges, others = torch.tensor([[0], [1]]), torch.tensor([[1, 0], [2, 2]])
    # Five times the cosines: edge 3; others -4 and 0.
    expected = 0.5 * (-F.logsigmoid(torch.tensor(3.0)) + (-F.logsigmoid(torch.tensor([4.0, 0.0]))).mean())
    torch.testing.assert_close(edge_error(decoded, edges, others), expected)


def test_a_node_with_itself_counts_for_nothing_where_none_is_dropped() -> None:
    decoded, edges, others = normal(4, 2), torch.tensor([[0, 2], [1, 3]]), torch.tensor([[1, 0, 3], [2, 2, 0]])
    itself = torch.zeros(2, 2, dtype=torch.int64)
    expected = edge_error(decoded, edges, others)
    with off_the_cpu("cpu"):
        torch.testing.assert_close(edge_error(decoded, edges, torch.cat([itself, others], dim=1)), expected)
        none = edge_error(decoded, edges, itself)
    torch.testing.assert_close(none, edge_error(decoded, edges, others[:, :0]))


def test_edge_error_without_edges_is_zero_with_a_gradient() -> None:
    decoded, none = normal(3, 2).requires_grad_(), torch.zeros(2, 0, dtype=torch.int64)
    value = edge_error(decoded, none, none)
    value.backward()
    assert value.item() == 0.0
    assert not decoded.grad.any()
