import pytest
import torch

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.nn.csr import CSR
from gnn2mlp.texts import Hashed, Lsa, SideBySide, TfIdf
from tests.helpers import tiny_texts

TEXTS = tiny_texts()


def test_columns_are_those_of_each_in_order() -> None:
    both, one, other = SideBySide([{"name": "lsa", "dim": 3}, "tfidf"]), Lsa(dim=3), TfIdf()
    for encoder in (both, one, other):
        encoder.fit(TEXTS)
    rows = both.encode(TEXTS)
    assert isinstance(rows, torch.Tensor)
    assert torch.equal(rows[:, :3], one.encode(TEXTS))  # type: ignore[arg-type]
    assert torch.equal(rows[:, 3:], other.encode(TEXTS).to_dense())


def test_sparse_ones_stay_sparse() -> None:
    both = SideBySide([{"name": "hashed", "width": 4}, {"name": "hashed", "width": 2}])
    rows = both.encode(["matrix"])
    assert isinstance(rows, CSR)
    assert torch.equal(rows.to_dense()[:, :4], Hashed(4).encode(["matrix"]).to_dense())
    assert (both.needs_fit, both.state(), both.checksum()) == (False, {}, "")


def test_there_is_one_at_least() -> None:
    with pytest.raises(ConfigError, match="expected a list of encoders, got \\[\\]"):
        SideBySide([])
    with pytest.raises(ConfigError, match="expected a list of encoders, got 'lsa'"):
        SideBySide("lsa")
