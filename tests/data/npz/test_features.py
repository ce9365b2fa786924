from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.npz.arrays import Arrays, csr_parts
from gnn2mlp.data.npz.features import pass_over_features, read_features
from gnn2mlp.nn.csr import CSR

X = np.array([[0.0, 1.5], [2.0, 0.0]])
PARTS = csr_parts(CSR.from_scipy(sp.csr_matrix(X)), "")  # "_data", ...


def named(**arrays: Any) -> Arrays:
    return Arrays({key: np.asarray(values) for key, values in arrays.items()}, "mine")


@pytest.mark.parametrize("key", ["x", "node_features", "features"])
def test_dense_features_by_their_names(key: str) -> None:
    assert read_features(named(**{key: X}), "own")[0].tolist() == X.tolist()


@pytest.mark.parametrize("prefix", ["x", "attr"])
def test_sparse_features_stay_sparse(prefix: str) -> None:
    x, names = read_features(named(**{prefix + part: values for part, values in PARTS.items()}), "own")
    assert sp.issparse(x)
    assert x.toarray().tolist() == X.tolist()
    assert names is None


@pytest.mark.parametrize("names", [["a", "b"], [b"a", b"b"]])
def test_names_of_features(names: Any) -> None:
    assert read_features(named(x=X, feature_names=names), "own")[1] == ("a", "b")


def test_names_of_codes_tell_column_and_code() -> None:
    x, names = read_features(named(x=[[0, 7], [1, 7]], feature_names=["a", "b"]), "codes")
    assert x.toarray().tolist() == [[1, 0, 1], [0, 1, 1]]
    assert names == ("a=0", "a=1", "b=7")


def test_features_that_are_passed_over_count_as_read() -> None:
    arrays = named(x=X, feature_names=["a", "b"], other=X)
    pass_over_features(arrays)
    assert arrays.unread == ["other"]


@pytest.mark.parametrize(
    ("arrays", "form", "match"),
    [
        ({"y": [0]}, "own", "mine: expected features in the arrays x, or x_data, .* --set dataset.features=one_hot, "),
        ({"hyperedge_index": [0]}, "own", "or constructed ones: --set dataset.features=degree, one_hot, noisy_label"),
        ({"y": [0]}, "codes", "expected category codes in the arrays x; the file has y"),
        ({"x": X, "node_features": X}, "own", "expected features in one array, got x and node_features"),
        ({"x": X, "x_data": X}, "own", "expected features once, got x and x_data; remove all but one"),
        ({"x": X[0]}, "own", r"expected features of shape \(nodes, features\), got \(2,\)"),
        ({"x": X, "feature_names": ["a"]}, "own", "a feature name for each of 2 features, got 1"),
        ({"x": X, "feature_names": ["a", "a"]}, "own", "expected different feature names, got 'a' more than once"),
        ({"x": X, "feature_names": [b"a", b"\xe9"]}, "own", "mine: feature_names: expected text, or bytes in UTF-8"),
        ({"x": X}, "codes", "category codes must be integers"),
    ],
)
def test_features_that_cannot_be_read_are_refused(arrays: dict[str, Any], form: Any, match: str) -> None:
    with pytest.raises(DataError, match=match):
        read_features(named(**arrays), form)
