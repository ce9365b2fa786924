import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.churn import churn


def test_shares_are_counted_by_the_class_that_was_answered_before() -> None:
    random = np.random.default_rng(0)
    before = random.integers(3, size=500)
    after = np.where(random.random(500) < 0.2 * (before == 1), 2, before)
    found = churn(before, after, 4, truth=after)
    assert found.by_class[0] is not None
    assert found.by_class[0].value == 0
    assert found.by_class[1] is not None
    assert found.by_class[1].low < 0.2 < found.by_class[1].high
    assert found.by_class[3] is None
    assert found.share.value == pytest.approx((before != after).mean())
    assert found.mended == (before != after).sum()
    assert found.broken == 0
    assert found.record()["by_class"][3] is None


def test_of_unknown_rows_nothing_is_mended() -> None:
    found = churn([0, 1], [1, 0], 2)
    assert (found.mended, found.broken, found.known) == (0, 0, 0)


def test_answers_to_the_same_rows_are_needed() -> None:
    with pytest.raises(DataError, match="answers of both to the same rows"):
        churn([0], [0, 1], 2)
    with pytest.raises(DataError, match="answers of both to the same rows"):
        churn([], [], 2)
