import numpy as np
import pytest
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.explore.map_columns import MOST_NAMES, Named, Numbers, Texts, as_column, as_columns


def test_numbers_stay_numbers() -> None:
    found = as_column(torch.tensor([1, 2]), 2, "degree")
    assert isinstance(found, Numbers)
    assert found.values.tolist() == [1.0, 2.0]


def test_texts_are_names_the_most_frequent_first_and_what_is_absent_is_unknown() -> None:
    found = as_column(["b", "a", "b", None, float("nan"), ""], 6, "region")
    assert isinstance(found, Named)
    assert found.names == ("b", "a")
    assert found.index.tolist() == [0, 1, 0, -1, -1, -1]


def test_many_different_texts_are_read_and_not_coloured() -> None:
    found = as_column([f"title {i}" for i in range(MOST_NAMES + 1)], MOST_NAMES + 1, "title")
    assert isinstance(found, Texts)
    assert found.take(np.array([3])).values == ("title 3",)


def test_names_keep_their_order() -> None:
    found = as_columns({"class": Named(np.array([1, -1]), ("x", "y"))}, 2)["class"]
    assert isinstance(found, Named)
    assert found.texts().tolist() == ["y", "unknown"]
    assert found.take(np.array([1])).texts().tolist() == ["unknown"]


@pytest.mark.parametrize("values", [[1, 2, 3], np.zeros((2, 1))])
def test_another_number_of_values_is_refused(values: object) -> None:
    with pytest.raises(DataError, match="column 'size': expected one value for each of 2 nodes"):
        as_column(values, 2, "size")


@pytest.mark.parametrize("index", [[0, 2], [-2, 0], [0]])
def test_an_index_without_a_name_is_refused(index: list[int]) -> None:
    with pytest.raises(DataError, match="column 'class': expected for each of 2 nodes one of 2 names"):
        as_column(Named(np.array(index), ("x", "y")), 2, "class")
