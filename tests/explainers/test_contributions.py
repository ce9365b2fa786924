import numpy as np
import pytest
import torch
from torch import Tensor

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.explainers import blank_row, contributions
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.mlp import MLP, Norm


def _network(norm: Norm = "none", layers: int = 2) -> MLP:
    torch.manual_seed(3)
    module = MLP(6, 16, 3, layers=layers, norm=norm)
    module(torch.randn(200, 6))  # statistics of batch normalisation
    return module.eval()


@pytest.mark.parametrize(("norm", "layers"), [("none", 2), ("batch", 3), ("layer", 2)])
def test_they_add_up_to_the_margin_less_that_of_the_blank_row(norm: Norm, layers: int) -> None:
    module, rows = _network(norm, layers), torch.randn(5, 6)
    found = contributions(lambda x: module(x).logits, rows, steps=512)
    logits = module(rows).logits.detach().double().sort(descending=True).values
    nothing = module(torch.zeros(1, 6)).logits[0].detach().double().numpy()
    assert found.margin == pytest.approx((logits[:, 0] - logits[:, 1]).numpy())
    assert found.blank_margin == pytest.approx(nothing[found.first] - nothing[found.second])
    sums = np.asarray(found.values.sum(axis=1)).ravel()
    assert sums == pytest.approx(found.margin - found.blank_margin, abs=5e-3)
    assert found.gap == pytest.approx(np.abs(sums - (found.margin - found.blank_margin)).max())


def test_a_kink_by_hand() -> None:
    # m(x) = relu(x_0 + x_1 - 1): on the way to (2, 2) the kink is at a quarter, and both share the rest evenly.
    def network(x: Tensor) -> Tensor:
        return torch.stack([(x.sum(1) - 1).relu(), torch.zeros(len(x))], dim=1)

    found = contributions(network, torch.tensor([[2.0, 2.0]]), steps=128)
    assert found.values.toarray()[0] == pytest.approx([1.5, 1.5])
    assert (found.margin.item(), found.blank_margin.item(), found.gap) == (3.0, 0.0, 0.0)


def test_sparse_rows_and_rows_among_others_are_explained_alike() -> None:
    module, rows = _network(), torch.randn(4, 6) * (torch.rand(4, 6) > 0.4)
    dense, sparse = (
        contributions(lambda x: module(x).logits, x, blank=torch.full((6,), 0.5)) for x in (rows, CSR.from_dense(rows))
    )
    alone = contributions(lambda x: module(x).logits, rows[2:3], blank=torch.full((6,), 0.5))
    assert (dense.values != sparse.values).nnz == 0
    assert alone.ranked(0)[0].tolist() == dense.ranked(2)[0].tolist()
    sizes = np.abs(dense.ranked(0)[1])
    assert (np.diff(sizes) <= 0).all()


def test_what_is_as_in_the_blank_row_adds_nothing() -> None:
    module, row = _network(), torch.tensor([[1.0, 0.0, 2.0, 0.0, 0.0, 0.0]])
    assert sorted(contributions(lambda x: module(x).logits, row).ranked(0)[0].tolist()) == [0, 2]
    assert contributions(lambda x: module(x).logits, row, blank=row[0]).ranked(0)[0].size == 0


def test_weights_are_given_no_gradient() -> None:
    module = _network()
    contributions(lambda x: module(x).logits, torch.randn(2, 6))
    assert all(parameter.grad is None for parameter in module.parameters())


def test_the_blank_row_is_zeros_where_rows_count() -> None:
    assert blank_row(CSR.from_dense(torch.eye(3)))[0] == "zeros"
    assert blank_row(torch.eye(3))[0] == "zeros"
    assert blank_row(torch.rand(4, 3) + 1)[0] == "mean"


def test_what_has_no_margin_is_refused() -> None:
    with pytest.raises(DataError, match="at least two classes, got 1"):
        contributions(lambda x: x[:, :1], torch.ones(1, 2))
    with pytest.raises(ConfigError, match="steps"):
        contributions(lambda x: x, torch.ones(1, 2), steps=0)
