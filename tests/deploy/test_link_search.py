import numpy as np
import pytest

from gnn2mlp.deploy import link_search
from gnn2mlp.deploy.link_search import Best, best


def first(block: np.ndarray) -> np.ndarray:
    return block[:, 0]


def by_sorting(logits: np.ndarray, k: int, rows: np.ndarray | None, without: int | None) -> list[int]:
    """The same the long way round."""
    candidates = np.arange(len(logits)) if rows is None else rows
    candidates = candidates[candidates != without]
    return candidates[np.argsort(-logits[candidates], kind="stable")][:k].tolist()


@pytest.mark.parametrize("block", [1, 7, 64, 4096])
@pytest.mark.parametrize("k", [1, 5, 300])
@pytest.mark.parametrize("levels", [3, 10_000])
def test_it_equals_a_stable_sort(monkeypatch: pytest.MonkeyPatch, block: int, k: int, levels: int) -> None:
    monkeypatch.setattr(link_search, "BLOCK", block)
    rng = np.random.default_rng(0)
    table = rng.integers(0, levels, (200, 1)).astype(np.float32)  # of three levels nearly all are ties
    some = rng.permutation(200)[:50]
    for rows, without in ((None, None), (None, 17), (some, None), (some, int(some[3])), (some, 999)):
        found = best(first, table, k, rows, without)
        assert found.rows.tolist() == by_sorting(table[:, 0], k, rows, without)
        assert found.logits.tolist() == table[found.rows, 0].tolist()


@pytest.mark.parametrize("threads", [1, 2, 3, 8])
@pytest.mark.parametrize("levels", [3, 10_000])
def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch, threads: int, levels: int) -> None:
    monkeypatch.setattr(link_search, "SHARE", 16)
    rng = np.random.default_rng(1)
    table = rng.integers(0, levels, (200, 1)).astype(np.float32)
    for rows, without in ((None, None), (None, 17), (rng.permutation(200)[:90], 5)):
        found = best(first, table, 7, rows, without, block=5, threads=threads)
        assert found.rows.tolist() == by_sorting(table[:, 0], 7, rows, without)
        assert found.logits.tolist() == table[found.rows, 0].tolist()


def test_few_candidates_are_scored_by_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_search, "ThreadPoolExecutor", None)
    assert best(first, np.zeros((300, 1), np.float32), k=3, threads=8).rows.tolist() == [0, 1, 2]


def test_nothing_to_choose_from() -> None:
    found = best(first, np.zeros((1, 1), np.float32), k=3, without=0)
    assert found.rows.size == found.logits.size == 0
    assert repr(found) == "Best(rows=int64 (0,), logits=float32 (0,))"
    assert isinstance(found, Best)
