import numpy as np
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.encoders.log import Log


def test_is_the_logarithm_on_one_scale() -> None:
    column = np.array([0.0, 5.0, 1e6, 3.0])
    logs = np.log1p(column)
    np.testing.assert_allclose(Log().fit(column).transform(column)[:, 0], (logs - logs.mean()) / logs.std(), rtol=1e-6)


def test_a_gap_takes_the_median() -> None:
    encoder = Log().fit([0.0, None, 99.0, 3.0])
    np.testing.assert_array_equal(encoder.transform([None])[:, 0], encoder.transform([3.0])[:, 0])


def test_no_logarithm_of_what_is_below_zero() -> None:
    encoder = Log().fit([0, 3])
    with pytest.raises(DataError, match="row 1: expected a number of at least 0 .* got -0.5; .* 'number'"):
        encoder.transform([None, -0.5])
