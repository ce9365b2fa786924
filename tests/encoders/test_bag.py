import numpy as np
import pytest
from sklearn.preprocessing import MultiLabelBinarizer

from gnn2mlp.core.errors import ConfigError
from gnn2mlp.encoders.bag import Bag

LISTS = [["b", "a", "b"], [], ["c d", "a"], ["é", "a=b"]]


def test_is_fitted_as_scikit_learn_would() -> None:
    theirs = MultiLabelBinarizer()
    expected = theirs.fit_transform(LISTS)
    encoder = Bag(least=1).fit(LISTS)
    assert encoder.words_ == tuple(theirs.classes_)
    np.testing.assert_array_equal(encoder.transform(LISTS).toarray(), expected)


def test_items_can_be_counted() -> None:
    encoder = Bag(least=1, counts=True).fit(LISTS)
    assert encoder.transform([["b", "b", "a"]]).toarray()[0, :3].tolist() == [1, 0, 2]
    assert Bag(least=1, most=1, counts=True).fit([["a", "a", "a"], ["b"], ["b"]]).words_ == ("a",)
    assert Bag(least=1, most=1).fit([["a", "a", "a"], ["b"], ["b"]]).words_ == ("b",)


def test_items_in_few_rows_do_not_count() -> None:
    assert Bag().fit(LISTS).words_ == ("a",)
    assert Bag(least=3).fit([["x"], ["y"]]).words_ == ("x", "y")


def test_numbers_are_items() -> None:
    encoder = Bag(least=1).fit([[3, 17], [3.0], np.array([5])])
    assert encoder.words_ == ("17", "3", "5")
    assert encoder.transform([(5, 3, None)]).toarray().tolist() == [[0, 1, 1]]


def test_limits_are_checked() -> None:
    with pytest.raises(ConfigError, match="at least 1"):
        Bag(least=0)
