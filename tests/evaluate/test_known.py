"""Which rows count, and what is refused."""

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.evaluate.known import known_rows


def test_unknown_labels_are_left_out_and_booleans_are_columns() -> None:
    values = np.arange(6.0).reshape(3, 2)
    kept, labels = known_rows(values, np.array([True, False, True]))
    assert (kept.tolist(), labels.tolist()) == (values.tolist(), [1, 0, 1])
    assert known_rows(values, [-1, -1, -1])[0].shape == (0, 2)
    assert known_rows(np.zeros((0, 2)), [])[1].dtype == np.int64


@pytest.mark.parametrize(
    ("values", "labels", "message"),
    [
        (np.zeros((3, 2)), [0, 1], "sets .rows, classes. and a label for each row, got shapes"),
        (np.zeros(3), [0, 1, 1], "a label for each row, got shapes"),
        (np.zeros((2, 2)), [0, 2], "columns of the sets, 0 .. 1, got 2"),
        (np.zeros((2, 2)), ["a", "b"], "columns of the sets, 0 .. 1, got <U1"),
        (np.array([[np.nan, 0.0]]), [0], "finite sets"),
    ],
)
def test_what_does_not_fit_is_refused(values: np.ndarray, labels: list[object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        known_rows(values, labels, "sets")
