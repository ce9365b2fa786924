import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.explainers import EXPLAINERS
from gnn2mlp.explainers._base import entry_rows
from tests.explainers.surrogates import explained

NAMES = sorted(EXPLAINERS.classes)


@pytest.mark.parametrize("name", NAMES)
def test_a_node_within_reach_has_a_finite_score_and_no_other_has_one(name: str) -> None:
    _, surrogate = explained()
    found = EXPLAINERS.get(name)().explain(surrogate, [4, 9])
    rows = surrogate.rows(np.array([4, 9]))
    assert found.method == name
    assert np.isfinite(found.scores.data).all()
    assert (found.scores.indices == rows.indices).all()
    assert (found.scores.indptr == rows.indptr).all()


@pytest.mark.parametrize("name", NAMES)
def test_a_node_is_explained_alike_alone_and_among_others(name: str) -> None:
    _, surrogate = explained()
    explainer = EXPLAINERS.get(name)()
    alone, among = explainer.explain(surrogate, [9], seed=3), explainer.explain(surrogate, [4, 9, 30], seed=3)
    assert among.ranked(1)[0].tolist() == alone.ranked(0)[0].tolist()
    assert among.ranked(1)[1] == pytest.approx(alone.ranked(0)[1], abs=1e-5)


def test_the_baselines_are_marked() -> None:
    assert [name for name in NAMES if EXPLAINERS.get(name).baseline] == ["propagation", "random"]


def test_a_node_that_is_not_there_is_named() -> None:
    _, surrogate = explained()
    explainer = EXPLAINERS.get("propagation")()
    with pytest.raises(DataError, match=r"expected nodes in 0..59, got 60, -1"):
        explainer.explain(surrogate, [3, 60, -1])
    for wrong in ([], [1.5], ["a"], [[1]]):
        with pytest.raises(DataError, match="expected rows of nodes"):
            explainer.explain(surrogate, wrong)


def test_entries_know_their_rows() -> None:
    _, surrogate = explained()
    rows = surrogate.rows(np.array([4, 9]))
    assert np.bincount(entry_rows(rows)).tolist() == np.diff(rows.indptr).tolist()
