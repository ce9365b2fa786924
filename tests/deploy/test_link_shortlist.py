import sys
from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy import LinkIndex, OnnxLinkPredictor
from gnn2mlp.deploy.link_shortlist import Recall, Shortlist, main_directions
from tests.deploy.links import DECODERS, WIDTH, make

ENGINES = ("scan", "faiss")
# Embeddings of many candidates, along some directions more than along others.
Z = (np.random.default_rng(0).normal(size=(5000, WIDTH)) * [3, 1, 1, 0.5]).astype(np.float32)


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    if request.param == "faiss":
        pytest.importorskip("faiss")
    return request.param


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
@pytest.mark.parametrize("decoder", DECODERS)
def test_it_finds_nearly_all_and_scores_them_exactly(engine: Any, decoder: Any) -> None:
    index = LinkIndex(make(decoder), Z, [f"n{row}" for row in range(len(Z))])
    fast = index.approximate(shortlist=500, engine=engine, queries=15)
    assert fast.recall is not None
    assert fast.recall.k == 10
    assert fast.recall.queries == 15
    assert 0.9 < fast.recall.mean <= 1
    assert fast.recall.least <= fast.recall.mean
    found = fast.top("n7", 5)
    assert "n7" not in found.ids
    expected = index.predictor.score(Z[7], Z[[int(one[1:]) for one in found.ids]])
    np.testing.assert_allclose(found.scores, expected, rtol=1e-5)
    assert (np.diff(found.scores) <= 0).all()
    few = ["n4", "n9", "n7"]  # named candidates are all scored
    assert fast.top("n7", 5, few).ids.tolist() == index.top("n7", 5, few).ids.tolist()
    assert "recall@10=" in repr(fast)
    assert index.recall is None
    assert "exact=True" in repr(index)


def test_the_same_sample_gives_the_same_recall() -> None:
    index = LinkIndex(make(DECODERS[1]), Z)
    one, other = (index.approximate(shortlist=40, dims=2, seed=3).recall for _ in range(2))
    assert one == other
    worse = index.approximate(shortlist=10, dims=1, seed=3).recall
    assert worse is not None
    assert one is not None
    assert worse.mean < one.mean < 1  # too short a list is told from a good one


def test_of_a_dot_decoder_the_stand_in_is_the_decoder() -> None:
    index = LinkIndex(make("dot"), Z)
    assert index.approximate(shortlist=10).recall == Recall(10, 20, 1.0, 1.0)
    listed = Shortlist(index.predictor, Z, size=10).rows(Z[3], k=1)
    assert set(listed) == set(np.argsort(-(Z @ Z[3]))[:10])


def test_without_gradients_the_stand_in_is_fitted(tmp_path: Any) -> None:
    made = make(DECODERS[1])
    made.to_onnx(tmp_path)
    fast = LinkIndex(OnnxLinkPredictor.load(tmp_path), Z).approximate(shortlist=500, queries=10)
    assert fast.recall is not None
    assert fast.recall.mean > 0.9


def test_a_few_candidates() -> None:
    fast = LinkIndex(make(), Z[:3]).approximate()
    assert set(fast.top(1, 10).ids) == {0, 2}
    assert LinkIndex(make(), Z[:3]).approximate(queries=0).recall is None
    with pytest.raises(DataError, match="at least one candidate"):
        LinkIndex(make(), Z[:0]).approximate()


def test_directions_are_those_of_the_longest_vectors() -> None:
    found = main_directions(Z, 2)
    assert np.abs(found[0, 0]) > 0.99
    np.testing.assert_allclose(found.T @ found, np.eye(2), atol=1e-6)
    assert main_directions(Z, 99).shape == (WIDTH, WIDTH)


def test_what_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    index = LinkIndex(make(), Z)
    with pytest.raises(ConfigError, match="engine: expected 'scan' or 'faiss', got 'hnsw'"):
        index.approximate(engine="hnsw")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="shortlist"):
        index.approximate(shortlist=0)
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(ConfigError, match=r"faiss is not installed; .*gnn2mlp\[search\]"):
        index.approximate(engine="faiss")
