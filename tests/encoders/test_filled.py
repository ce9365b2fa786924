import numpy as np
import pytest

from gnn2mlp.encoders._filled import flag, imputer
from gnn2mlp.encoders.raw import Raw


def test_gaps_take_the_median_of_the_rows_it_was_fitted_on() -> None:
    encoder = Raw().fit([1.0, None, 2.0, 10.0])
    assert encoder.transform([None, 5.0]).tolist() == [[2.0, 1.0], [5.0, 0.0]]


def test_without_gaps_in_training_there_is_no_feature_for_them() -> None:
    encoder = Raw().fit([1.0, 2.0, 10.0])
    assert encoder.transform([None]).tolist() == [[2.0]]


def test_gaps_alone_are_zeros() -> None:
    assert Raw().fit([None, None]).transform([None]).tolist() == [[0.0, 1.0]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_tells_of_gaps_knows_large_numbers(dtype: type) -> None:
    rows = np.array([[np.nan], [0], [-1e38], [1e37]], dtype=dtype)
    assert flag().transform(rows).ravel().tolist() == [1, 0, 0, 0]
    assert imputer(7).transform(rows)[0, 0] == 7
