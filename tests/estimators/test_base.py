"""What both estimators share: random states, and parameters that a file can hold."""

from typing import ClassVar

import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.estimators import NodeClassifier
from gnn2mlp.estimators._base import _seed, _storable
from gnn2mlp.objectives import HardLabels
from tests.helpers import tiny_arrays


def test_random_states() -> None:
    assert _seed(3) == _seed(np.int64(3)) == 3
    assert _seed(None) != _seed(None)
    for wrong in (-1, True, 1.5):
        with pytest.raises(ConfigError, match="random_state: expected an integer from 0 upwards"):
            _seed(wrong)  # type: ignore[arg-type]


def test_generators_move_on() -> None:
    for state in (np.random.RandomState(0), np.random.default_rng(0)):
        assert _seed(state) != _seed(state)
    assert _seed(np.random.RandomState(5)) == _seed(np.random.RandomState(5))
    assert _storable(np.random.RandomState(5)) is None


def test_an_objective_is_stored_as_the_method_that_it_makes() -> None:
    assert _storable(1.0 * HardLabels())["name"] == "composed"
    assert _storable("glnn") == "glnn"


class Counting(HardLabels):
    """Hard labels, and how many threads computed them."""

    threads: ClassVar[set[int]] = set()

    def forward(self, batch):
        self.threads.add(torch.get_num_threads())
        return super().forward(batch)


def test_a_small_graph_is_learnt_on_one_thread() -> None:
    """A second one would only wait for the first, and keep a core busy with it."""
    x, y, edges = tiny_arrays()
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        NodeClassifier(method=1.0 * Counting(), distill={"epochs": 1}).fit(x, y, edge_index=edges)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
    assert Counting.threads == {1}
