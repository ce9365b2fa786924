import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from gnn2mlp.encoders.number import Number


def test_by_hand() -> None:
    encoder = Number().fit([0.0, None, 2.0, 4.0])  # the gap is a 2, and the variance 2
    np.testing.assert_allclose(encoder.transform([4.0, None]), [[2 / 2**0.5, 0], [0, 1]])


def test_is_fitted_as_scikit_learn_would() -> None:
    column = np.array([1e9, np.nan, 1e9 + 1, 1e9 + 5, 3])[:, None]
    theirs = make_pipeline(SimpleImputer(strategy="median"), StandardScaler()).fit_transform(column)
    np.testing.assert_allclose(Number().fit(column[:, 0]).transform(column[:, 0])[:, :1], theirs, rtol=1e-6)


def test_one_value_is_only_shifted() -> None:
    assert Number().fit([5.0, 5.0]).transform([5.0, 7.0]).tolist() == [[0.0], [2.0]]
