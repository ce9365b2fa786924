"""Candidates of a node, whoever asks for them."""

import numpy as np
import pytest

from gnn2mlp.core.errors import ConfigError, DataError
from gnn2mlp.deploy.candidate_search import CandidateSearch, Neighbours
from gnn2mlp.tables.edges import read_edges
from gnn2mlp.tables.lookup import NodeIds
from tests.deploy.links import DECODERS, X, make

MODEL = make(DECODERS[1])
Z = MODEL.embed(X)
LINKED = Neighbours(read_edges([(3, 7), (9, 3), (3, 9), (5, 6)], NodeIds(np.arange(len(X)))))


def order(row: int | None = None, among: np.ndarray | None = None) -> list[int]:
    """Rows of all candidates, best first."""
    z = Z[3] if row is None else Z[row]
    best = np.argsort(-MODEL.score(z, Z, logits=True), kind="stable").tolist()
    return [one for one in best if one != row and (among is None or one in among)]


def test_neighbours_are_of_either_direction() -> None:
    assert sorted(set(LINKED.of(3).tolist())) == [7, 9]
    assert LINKED.of(7).tolist() == [3]
    assert LINKED.of(0).tolist() == []


@pytest.mark.parametrize("among", [None, np.array([1, 3, 7, 8, 9, 12, 15])])
@pytest.mark.parametrize("shortlist", [None, 20])
def test_one_of_the_nodes_is_answered_without_itself_and_what_it_knows(
    among: np.ndarray | None, shortlist: int | None
) -> None:
    search = CandidateSearch(MODEL, Z, among, LINKED, shortlist)
    assert len(search) == (len(X) if among is None else len(among))
    expected = [one for one in order(3, among) if one not in (7, 9)]
    found = search.best(Z[3], 4, row=3)
    assert found.rows.tolist() == expected[:4]
    np.testing.assert_allclose(found.logits, MODEL.score(Z[3], Z[found.rows], logits=True), rtol=1e-5)
    assert search.best(Z[3], 50, row=3).rows.tolist() == expected


def test_another_node_has_all_candidates() -> None:
    assert CandidateSearch(MODEL, Z, known=LINKED).best(Z[3], 50).rows.tolist() == order()


def test_a_short_list_says_what_it_misses() -> None:
    assert CandidateSearch(MODEL, Z).recall([1, 2], 3) is None
    assert CandidateSearch(MODEL, Z, shortlist=20).recall([1, 2], 3) == (3, 2, 1.0, 1.0)
    few = CandidateSearch(MODEL, np.repeat(Z, 10, 0) + np.arange(200)[:, None] / 100, shortlist=1)
    told = few.recall([*range(20)], 2)
    assert told is not None
    shares = [
        np.isin(few.best(few.vectors[row], 2, row, exact=True).rows, few.best(few.vectors[row], 2, row).rows).mean()
        for row in range(20)
    ]
    assert (told.mean, told.least) == (pytest.approx(np.mean(shares)), min(shares))


def test_what_cannot_be_searched_is_refused() -> None:
    with pytest.raises(DataError, match="candidates: expected at least one"):
        CandidateSearch(MODEL, Z, np.empty(0, np.int64))
    with pytest.raises(ConfigError, match="shortlist: expected at least 1"):
        CandidateSearch(MODEL, Z, shortlist=0)
