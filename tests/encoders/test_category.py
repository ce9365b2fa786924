import numpy as np
import pytest
from sklearn.preprocessing import OneHotEncoder

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.encoders.category import Category


def test_is_fitted_as_scikit_learn_would() -> None:
    column = np.array(["b", "é", "a", "b", "Z"], dtype=object)
    theirs = OneHotEncoder(handle_unknown="ignore", sparse_output=False).fit(column[:, None])
    encoder = Category().fit(column)
    assert encoder.categories_ == tuple(theirs.categories_[0])
    np.testing.assert_array_equal(encoder.transform(column), theirs.transform(column[:, None]))


def test_rare_values_share_the_row_of_those_never_seen() -> None:
    encoder = Category(most=2).fit(["a", "b", "b", "c", "c", "c", "d"])
    assert encoder.feature_names("x") == ("x=b", "x=c")
    assert encoder.transform(["a", "d", "new", "c"]).tolist() == [[0, 0], [0, 0], [0, 0], [0, 1]]
    assert encoder.unseen(["a", "d", "new", "c"]).tolist() == [False, False, True, False]


def test_of_equally_frequent_values_the_first_in_order() -> None:
    assert Category(most=2).fit(["c", "b", "a"]).categories_ == ("a", "b")


def test_numbers_and_truth_values_are_categories_by_how_they_are_written() -> None:
    encoder = Category().fit([10, 2.0, 10])
    assert encoder.feature_names("zip") == ("zip=10", "zip=2")
    assert encoder.transform(np.array([10.0, 2.0])).tolist() == [[1, 0], [0, 1]]
    assert Category().fit([True, False]).feature_names("x") == ("x=False", "x=True")


def test_long_values_have_short_names_that_differ() -> None:
    (name,) = Category().fit(["w" * 100]).feature_names("x")
    assert len(name) == 42
    names = Category().fit(["w" * 100, "w" * 101]).feature_names("x")
    assert len(set(names)) == 2


def test_no_value_at_all_is_no_category() -> None:
    with pytest.raises(ConfigError, match="at least one value"):
        Category(most=0)
