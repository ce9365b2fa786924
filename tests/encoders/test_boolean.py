import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.encoders.boolean import Boolean


def test_a_gap_is_the_more_frequent() -> None:
    assert Boolean().fit([True, True, None, False]).transform([None, True, False]).tolist() == [[1, 1], [1, 0], [0, 0]]
    assert Boolean().fit([False, True, False]).transform([None]).tolist() == [[0]]


def test_numbers_that_are_neither_are_refused() -> None:
    with pytest.raises(DataError, match="row 1: expected true or false, or 1 or 0"):
        Boolean().fit([1, 2])
