import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.explainers import DnX
from gnn2mlp.explainers.dnx import _Problem
from tests.explainers.surrogates import explained


def problem() -> _Problem:
    _, surrogate = explained()
    nodes = np.array([4, 9, 30])
    return _Problem.of(surrogate, nodes, surrogate.rows(nodes), seed=0)


def test_weights_of_a_node_lie_on_the_simplex() -> None:
    _, surrogate = explained()
    found = DnX(epochs=5).explain(surrogate, [4, 9, 30]).scores
    assert (found.data > 0).all()
    assert np.asarray(found.sum(1))[:, 0] == pytest.approx(1, abs=1e-5)


def test_the_loss_falls() -> None:
    given = problem()
    before = given.losses(given.start / 5).sum()
    _, surrogate = explained()
    after = torch.from_numpy(DnX().explain(surrogate, [4, 9, 30]).scores.data).log().float()
    assert given.losses(after).sum() < before


def test_the_softmax_of_each_node_is_torchs() -> None:
    given, w = problem(), problem().start
    first = given.row == 0
    assert given.simplex(w)[first].allclose(w[first].softmax(0), atol=1e-6)


def test_many_nodes_are_optimised_in_several_goes_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    _, surrogate = explained()
    whole = DnX(epochs=5).explain(surrogate, range(20)).scores
    monkeypatch.setattr("gnn2mlp.explainers.dnx._ENTRIES", 30)
    assert DnX(epochs=5).explain(surrogate, range(20)).scores.data == pytest.approx(whole.data, abs=1e-5)


def test_settings_are_checked() -> None:
    for wrong in ({"epochs": 0}, {"lr": 0.0}, {"temperature": -1.0}):
        with pytest.raises(ConfigError, match="explainer"):
            DnX(**wrong)
