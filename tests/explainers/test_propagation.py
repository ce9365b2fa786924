import numpy as np

from gnn2mlp.explainers import Propagation
from tests.explainers.surrogates import explained


def test_scores_are_the_rows_of_the_power_of_the_operator() -> None:
    _, surrogate = explained()
    assert (Propagation().explain(surrogate, [4, 9]).scores != surrogate.rows(np.array([4, 9]))).nnz == 0
