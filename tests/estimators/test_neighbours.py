"""The graph of nearest samples, and samples that are alike."""

import numpy as np
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.estimators.neighbours import distinct, nearest
from gnn2mlp.nn.csr import CSR

X = torch.tensor([[3.0, 0.0], [1.0, 2.0], [3.0, 0.0], [3.0, 0.0], [1.0, 2.0]])
Y = np.array([0, 1, 0, 1, 1])


@pytest.mark.parametrize("form", [lambda x: x, lambda x: CSR.from_scipy(sp.csr_matrix(x.numpy()))])
def test_alike_are_one(form) -> None:
    found = distinct(form(X), Y)
    assert sorted(found.rows.tolist()) == [0, 1, 3]
    weights = dict(zip(found.rows.tolist(), found.weight.tolist(), strict=True))
    assert weights == {0: 2, 1: 2, 3: 1}


@pytest.mark.parametrize("form", [lambda x: x, lambda x: CSR.from_scipy(sp.csr_matrix(x.numpy()))])
def test_weights_are_repetitions_and_order_is_nothing(form) -> None:
    random = np.random.default_rng(0)
    x, y, weight = random.normal(size=(20, 3)).astype("f4"), random.integers(0, 3, 20), random.integers(0, 4, 20)
    order = random.permutation(20)
    weighed = distinct(form(torch.from_numpy(x[order])), y[order], weight[order])
    again = weight.repeat(weight)
    rows = np.arange(20).repeat(weight)
    repeated = distinct(form(torch.from_numpy(x[rows])), y[rows])
    assert len(again) == repeated.weight.sum()
    assert (x[order][weighed.rows] == x[rows][repeated.rows]).all()
    assert (y[order][weighed.rows] == y[rows][repeated.rows]).all()
    assert weighed.weight.tolist() == repeated.weight.tolist()


def test_rows_of_their_own_have_no_weight() -> None:
    found = distinct(torch.eye(3), np.array([np.nan, 1.0, np.nan]))
    assert found.weight is None
    assert sorted(found.rows.tolist()) == [0, 1, 2]
    assert distinct(torch.tensor([[0.0], [-0.0]]), np.zeros(2)).weight.tolist() == [2]


def test_each_is_linked_to_the_nearest() -> None:
    x = torch.tensor([[0.0], [1.0], [3.0], [7.0]])
    assert nearest(x, 2).tolist() == [[0, 0, 1, 1, 2, 2, 3, 3], [1, 2, 0, 2, 1, 0, 2, 1]]
    assert (nearest(CSR.from_scipy(sp.csr_matrix(x.numpy())), 2) == nearest(x, 2)).all()
    assert nearest(x, 50).shape == (2, 12)


def test_what_makes_no_graph_is_refused() -> None:
    with pytest.raises(DataError, match="at least two different samples .* got n_samples = 1"):
        nearest(torch.eye(1), 2)
    for k in (0, 1.5, True, "many"):
        with pytest.raises(ConfigError, match="k: expected .* a whole number from 1"):
            nearest(X, k)
