import pytest

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.texts import Hashed


def test_by_hand() -> None:
    rows = Hashed(width=4).encode(["graph", "Graph graph", "", "graph edge"]).to_dense()
    assert rows[0].tolist() == rows[1].tolist()
    assert rows[0].abs().sum() == 1
    assert rows[2].tolist() == [0.0] * 4
    assert rows[3].norm() == pytest.approx(1)


def test_it_learns_nothing() -> None:
    encoder = Hashed()
    before = encoder.fingerprint()
    encoder.fit(["a text"])
    assert (encoder.state(), encoder.fingerprint()) == ({}, before)
    with pytest.raises(ConfigError, match="width: expected at least 1, got 0"):
        Hashed(width=0)
