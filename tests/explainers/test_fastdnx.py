import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.explainers import FastDnX, Surrogate
from tests.explainers.surrogates import explained


def test_scores_of_a_node_add_up_to_the_squared_length_of_its_answer() -> None:
    _, surrogate = explained()
    found = FastDnX().explain(surrogate, range(60))
    said = surrogate.logits(surrogate.rows(np.arange(60))) - surrogate.bias
    assert np.asarray(found.scores.sum(1))[:, 0] == pytest.approx((said**2).sum(1), abs=1e-5)


def test_two_nodes_by_hand() -> None:
    operator = sp.csr_matrix(np.full((2, 2), 0.5))
    weight = np.array([[1.0, -1.0], [3.0, -3.0]])
    surrogate = Surrogate(operator, np.eye(2), weight, np.array([0.1, -0.1]), 1, "own", 1.0, 0.0)
    # z - b = (2, -2); parts (.5, -.5) and (1.5, -1.5): scores 2 and 6.
    ids, scores = FastDnX().explain(surrogate, [0]).ranked(0)
    assert ids.tolist() == [1, 0]
    assert scores == pytest.approx([6.0, 2.0])
