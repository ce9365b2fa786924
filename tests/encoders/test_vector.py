import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.encoders.vector import Vector


def test_passes_numbers_through() -> None:
    table = np.random.default_rng(0).random((4, 3))
    np.testing.assert_array_equal(Vector().fit(table).transform(table), table.astype(np.float32))


def test_a_gap_is_zeros_with_a_feature_of_its_own() -> None:
    encoder = Vector().fit([[1, 2], None])
    assert encoder.feature_names("v") == ("v[0]", "v[1]", "v is missing")
    assert encoder.transform([None, [3, 4]]).tolist() == [[0, 0, 1], [3, 4, 0]]


def test_another_width_is_refused() -> None:
    encoder = Vector().fit([[1, 2]])
    with pytest.raises(DataError, match="row 1: expected 2 numbers, as in training, got 3"):
        encoder.transform([None, [1, 2, 3]])
    with pytest.raises(DataError, match="row 0: expected 2 numbers, as in training, got 1"):
        encoder.transform(np.ones((2, 1)))


def test_a_vector_has_a_number_in_each_place() -> None:
    with pytest.raises(DataError, match="row 1: expected a number in each place"):
        Vector().fit([[1.0, 2.0], [float("nan"), 1.0]])


def test_lists_of_texts_are_none() -> None:
    with pytest.raises(DataError, match="lists of numbers"):
        Vector().fit([["a", "b"]])
