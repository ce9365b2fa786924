from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.deploy import LinkIndex, link_search
from tests.deploy.links import DECODERS, WIDTH, X, by_hand, make


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("block", [3, 4096])
def test_top_equals_scoring_all_and_sorting(decoder: Any, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_search, "BLOCK", block)
    index = make(decoder).index(X)
    for node in (0, 7, 19):
        others = np.array([row for row in range(20) if row != node])
        scores = index.score_pairs([(node, other) for other in others])
        order = np.argsort(-scores, kind="stable")[:6]
        found = index.top(node, 6)
        assert found.ids.tolist() == others[order].tolist()
        np.testing.assert_allclose(found.scores, scores[order], rtol=1e-5)
        few = [19, 3, 7, 3, 0]
        chosen = index.top(node, 9, candidates=few).ids.tolist()
        assert chosen == [row for row in index.top(node, 20).ids.tolist() if row in few]


def test_equal_candidates_stand_in_their_order() -> None:
    rows = np.ones((9, 6), np.float32)
    index = by_hand(rows).index(rows)
    assert index.top(4, 3).ids.tolist() == [0, 1, 2]
    assert index.top(0, 3).ids.tolist() == [1, 2, 3]
    assert index.top(0, 3, candidates=[8, 2, 5, 8]).ids.tolist() == [8, 2, 5]


def test_a_node_that_is_no_candidate() -> None:
    made = make(DECODERS[1])
    index = made.index(X[:15])
    expected = made.top(X, 17, 4, candidates=range(15))
    assert index.top_for(X[17:18], 4).ids.tolist() == expected.ids.tolist()
    assert index.top_for(X[3:4], 15).ids.tolist().count(3) == 1  # an equal row is another node
    with pytest.raises(DataError, match="expected one row of features, got 2"):
        index.top_for(X[:2])


def test_kept_embeddings_are_as_good_as_rows() -> None:
    made = make(DECODERS[1])
    kept = LinkIndex(made, np.array(made.embed(X)), [f"p{row}" for row in range(20)])
    assert kept.top("p3", 2).ids.tolist() == [f"p{row}" for row in made.top(X, 3, 2).ids]
    assert repr(kept) == "LinkIndex(candidates=20, width=4, exact=True)"
    assert len(kept) == 20
    read_only = kept.embeddings.copy()
    read_only.setflags(write=False)  # as of a file that is mapped into memory
    assert LinkIndex(made, read_only).top(3, 2).ids.tolist() == made.top(X, 3, 2).ids.tolist()


def test_embeddings_that_are_none() -> None:
    with pytest.raises(DataError, match=r"expected embeddings of shape \(rows, 4\), .* got float32 of shape \(20, 6\)"):
        LinkIndex(make(), X)
    bad = np.zeros((3, WIDTH), np.float32)
    bad[1, 2] = np.nan
    with pytest.raises(DataError, match="expected finite embeddings, got others in rows 1"):
        LinkIndex(make(), bad)
    with pytest.raises(DataError, match="got none"):
        make().index(X[:0]).top_for(X[:1])
