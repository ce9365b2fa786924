"""What both estimators share: random states, links, and parameters that a file can hold."""

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.estimators._base import _seed, _storable, check_one_kind_of_links
from gnn2mlp.objectives import HardLabels


def test_random_states() -> None:
    assert _seed(3) == _seed(np.int64(3)) == 3
    assert _seed(None) != _seed(None)
    for wrong in (-1, True, 1.5):
        with pytest.raises(ConfigError, match="random_state: expected an integer from 0 upwards"):
            _seed(wrong)  # type: ignore[arg-type]


def test_links_are_edges_or_hyperedges() -> None:
    check_one_kind_of_links([[0], [1]], None, "MLPRegressor")
    for wrong in ((None, None), ([[0], [1]], [[0], [0]])):
        with pytest.raises(
            ConfigError, match="not both; to train without a graph, use sklearn.neural_network.MLPRegressor"
        ):
            check_one_kind_of_links(*wrong, "MLPRegressor")


def test_an_objective_is_stored_as_the_method_that_it_makes() -> None:
    assert _storable(1.0 * HardLabels())["name"] == "composed"
    assert _storable("glnn") == "glnn"
