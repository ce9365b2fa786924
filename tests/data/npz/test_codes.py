from typing import Any

import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.npz.codes import code_names, one_hot_codes


def test_codes_become_one_feature_for_each_that_occurs_in_a_column() -> None:
    matrix = one_hot_codes(np.array([[5, 0], [7, 0], [5, -1]], dtype=np.int16), "g")
    assert matrix.toarray().tolist() == [[1, 0, 0, 1], [0, 1, 0, 1], [1, 0, 1, 0]]  # 5, 7 | -1, 0
    assert matrix.dtype == np.float32


@pytest.mark.parametrize(
    ("codes", "match"),
    [
        (np.zeros((3, 2)), r"^g: category codes must be integers of shape \(nodes, columns\), got float64 of \(3, 2\)"),
        (np.zeros(3, dtype=int), r"got int64 of \(3,\)"),
        (np.array([["a"]]), "got <U1"),
    ],
)
def test_codes_must_be_integers_in_columns(codes: np.ndarray[Any, Any], match: str) -> None:
    with pytest.raises(DataError, match=match):
        one_hot_codes(codes, "g")


def test_names_say_column_and_code() -> None:
    codes = np.array([[5, 0], [7, 0], [5, -1]])
    assert code_names(codes, ["size", "hue"]) == ("size=5", "size=7", "hue=-1", "hue=0")
