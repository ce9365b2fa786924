import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.membership import membership, membership_auc


class Memory:
    """A model that knows the rows below 50."""

    classes_ = np.array(["a", "b"])

    def predict_proba(self, rows: np.ndarray) -> np.ndarray:
        p = np.where(rows < 50, 0.95, 0.6) + 0.01 * np.sin(rows)
        return np.stack([p, 1 - p], axis=1)


def test_the_area_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    first, second = random.normal(0.4, size=80), random.normal(size=120)
    found = membership_auc(first, second)
    assert found.auc == pytest.approx(roc_auc_score([1] * 80 + [0] * 120, np.concatenate([first, second])))
    assert found.low < found.auc < found.high
    assert (found.suspected, found.fresh) == (80, 120)


def test_a_memory_is_told_by_its_loss_and_by_its_confidence() -> None:
    rows = np.arange(100.0)
    assert membership(Memory(), rows[:50], rows[50:]).auc == 1.0
    found = membership(Memory(), rows[:50], rows[50:], ["a"] * 50, ["a"] * 50)
    assert found.auc == 1.0
    assert found.tells
    # What is answered worse than unknown rows is recognised as well.
    assert membership(Memory(), rows[:50], rows[50:], ["b"] * 50, ["b"] * 50).tells
    assert not membership(Memory(), rows[50:75], rows[75:]).tells
    assert membership(Memory(), rows[:50], rows[50:], ["c"] * 50, ["a"] * 50).auc == 0.0


def test_rows_and_labels_of_both_kinds_are_needed() -> None:
    with pytest.raises(DataError, match="expected rows of both kinds"):
        membership_auc([], [1.0])
    with pytest.raises(DataError, match="labels of both kinds"):
        membership(Memory(), np.arange(3.0), np.arange(3.0), ["a"] * 3)
    with pytest.raises(DataError, match="a label for each of 3 rows, got 2"):
        membership(Memory(), np.arange(3.0), np.arange(3.0), ["a"] * 2, ["a"] * 3)
