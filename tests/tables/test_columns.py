import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.tables.columns import Column, FeatureColumns, one_hot

COLOUR = Column("colour", "category", ("blue", "red"))
COLUMNS = FeatureColumns((Column("age"), COLOUR, Column("member", "boolean")))


def test_features_are_named_after_columns_and_categories() -> None:
    assert COLUMNS.names == ("age", "colour=blue", "colour=red", "member")
    assert FeatureColumns((Column("features", "list"),)).names is None


def test_columns_come_back_from_plain_types() -> None:
    assert FeatureColumns.of_list(COLUMNS.to_list()) == COLUMNS


def test_a_frame_as_the_user_has_it_becomes_features() -> None:
    frame = pd.DataFrame(
        {"member": [True, False, True], "other": [1, 2, 3], "colour": ["red", None, "blue"], "age": [3, 4, 5.5]}
    )
    for colour in (frame["colour"], frame["colour"].astype("category"), frame["colour"].astype("string")):
        made = COLUMNS.matrix(frame.assign(colour=colour))
        assert made.tolist() == [[3, 0, 1, 1], [4, 0, 0, 0], [5.5, 1, 0, 1]]
        assert made.dtype == np.float32


def test_lists_are_as_they_are() -> None:
    columns = FeatureColumns((Column("features", "list"),))
    assert columns.matrix({"features": [[1, 2], [3, 4]]}).tolist() == [[1, 2], [3, 4]]


def test_a_category_that_was_not_there_is_named() -> None:
    with pytest.raises(DataError, match="column 'colour': expected one of the 2 categories of training, got 'green'"):
        COLUMNS.matrix({"age": [1], "colour": ["green"], "member": [True]})
    assert one_hot(COLOUR, ["red", None], np.array([1, 0]), "here").tolist() == [[0, 0], [0, 1]]
