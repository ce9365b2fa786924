"""Nodes that are scored: those whose truth is known."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.estimators.scoring import known

ANSWERS, CLASSES = np.array(["a", "b", "b"]), np.array(["a", "b"])


@pytest.mark.parametrize(
    "y", [["a", None, "b"], pd.Series(["a", None, "b"]), np.array(["a", np.nan, "b"], dtype=object)]
)
def test_gaps_are_left_out(y: Any) -> None:
    found = known(y, ANSWERS, [1.0, 2.0, 3.0], CLASSES)
    assert (found.truth.tolist(), found.answers.tolist()) == (["a", "b"], ["a", "b"])
    assert found.weight is not None
    assert found.weight.tolist() == [1, 3]


def test_minus_one_is_a_gap_unless_it_is_a_class() -> None:
    assert known([0, -1, 1], np.array([0, 1, 1]), None, np.array([0, 1])).truth.tolist() == [0, 1]
    assert known([1, -1, 1], np.array([1, 1, 1]), None, np.array([-1, 1])).truth.tolist() == [1, -1, 1]


def test_numbers_and_several_labels() -> None:
    assert known([1.0, np.nan], np.zeros(2), None, None).truth.tolist() == [1]
    several = np.array([[1.0, 0.0], [1.0, np.nan]])
    assert known(several, np.zeros((2, 2)), None, np.array([0, 1])).truth.tolist() == [[1, 0]]


def test_what_cannot_be_scored_is_refused() -> None:
    with pytest.raises(DataError, match="expected nodes with a label to score on, got none"):
        known([None, None, -1], ANSWERS, None, CLASSES)
    with pytest.raises(DataError, match="expected one for each row of X, 3 in all, got 2"):
        known(["a", "b"], ANSWERS, None, CLASSES)
