"""Standardised columns: by hand, in chunks, sparse, and folded into a student."""

import pytest
import torch
from sklearn.preprocessing import StandardScaler

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.inputs.standardise import Standardise
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.fold import fold_input, input_maps
from gnn2mlp.nn.mlp import MLP

X = torch.randn(50, 4, generator=torch.Generator().manual_seed(0)) * torch.tensor([1.0, 1e4, 1e-3, 0.0])
X += torch.tensor([0.0, 5e5, 2.0, 7.0])


def fitted(*chunks: torch.Tensor | CSR) -> Standardise:
    inputs = Standardise()
    inputs.fit(chunks)
    return inputs


def test_by_hand() -> None:
    inputs = fitted(torch.tensor([[1.0, 5.0], [3.0, 5.0]]))
    assert inputs.transform(torch.tensor([[4.0, 6.0]])).tolist() == [[2.0, 1.0]]  # a column that never changes: shifted


@pytest.mark.parametrize("size", [1, 7, 50])
def test_chunks_give_what_scikit_learn_gives(size: int) -> None:
    expected = torch.from_numpy(StandardScaler().fit_transform(X.double().numpy())).float()
    torch.testing.assert_close(fitted(*X.split(size)).transform(X), expected, rtol=1e-3, atol=2e-3)


def test_sparse_rows_are_scaled_and_stay_sparse() -> None:
    dense = X * (torch.rand(X.shape, generator=torch.Generator().manual_seed(1)) < 0.3)
    parts = [CSR.from_dense(part) for part in dense.split(20)]
    rows = fitted(*parts).transform(CSR.from_dense(dense))
    assert isinstance(rows, CSR)
    expected = StandardScaler(with_mean=False).fit_transform(dense.double().numpy())
    torch.testing.assert_close(rows.to_dense(), torch.from_numpy(expected).float(), rtol=1e-4, atol=1e-5)


def test_statistics_of_dense_rows_serve_sparse_ones() -> None:
    inputs = fitted(X)
    rows = inputs.transform(CSR.from_dense(X))
    torch.testing.assert_close(rows, inputs.transform(X), rtol=1e-3, atol=1e-2)


def test_folded_into_a_student_it_is_the_same() -> None:
    module = MLP(4, 8, 3, norm="batch").eval()
    inputs = fitted(X)
    expected = module(inputs.transform(X)).logits
    fold_input(input_maps(module) or (), *inputs.affine())
    torch.testing.assert_close(module(X).logits, expected, rtol=1e-3, atol=1e-2)


def test_state_makes_an_equal_one() -> None:
    inputs, other = fitted(X), Standardise()
    other.load_state(inputs.state())
    assert torch.equal(other.transform(X), inputs.transform(X))


def test_no_row_is_refused() -> None:
    with pytest.raises(ConfigError, match="expected rows to take mean and standard deviation of, got none"):
        fitted(torch.zeros(0, 3))
