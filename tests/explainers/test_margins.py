import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.explainers import Surrogate, own_margins
from tests.explainers.surrogates import explained


def test_parts_add_up_to_the_margin() -> None:
    _, surrogate = explained()
    found = own_margins(surrogate, range(60))
    logits = np.sort(surrogate.logits(surrogate.rows(np.arange(60))), axis=1)
    assert found.margin == pytest.approx(logits[:, -1] - logits[:, -2])
    assert found.own + found.neighbours + found.constant == pytest.approx(found.margin)
    assert (found.margin >= 0).all()


def test_two_nodes_by_hand() -> None:
    operator = sp.csr_matrix(np.array([[0.75, 0.25], [0.25, 0.75]]))
    surrogate = Surrogate(
        operator, np.eye(2), np.array([[1.0, 0.0], [-5.0, 0.0]]), np.array([2.0, 0.0]), 1, "own", 1, 0
    )
    first, second = own_margins(surrogate, [0]), own_margins(surrogate, [1])
    # z_0 = .75 - 1.25 + 2 = 1.5 against 0; z_1 = .25 - 3.75 + 2 = -1.5 against 0: there class 1 wins.
    assert [each.item() for each in (first.own, first.neighbours, first.constant)] == [0.75, -1.25, 2.0]
    assert [each.item() for each in (second.first, second.own, second.neighbours)] == [1, 3.75, -0.25]


def test_nodes_are_checked() -> None:
    _, surrogate = explained()
    with pytest.raises(DataError, match="own_margins: expected nodes in 0..59, got 60"):
        own_margins(surrogate, 60)
