from typing import Any

import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.columns import check_width, column_order, unique_names
from gnn2mlp.core.errors import DataError


def frame(*names: object) -> pd.DataFrame:
    return pd.DataFrame(np.zeros((2, len(names))), columns=list(names))


@pytest.mark.parametrize("X", [frame("a", "b"), np.zeros((2, 2)), frame(0, 1), [[1.0, 2.0]]])
def test_equal_names_and_no_names_keep_their_order(X: Any) -> None:
    assert column_order(X, ("a", "b"), "predict") is None


def test_any_name_passes_where_training_had_none() -> None:
    assert column_order(frame("z", "z"), None, "predict") is None


def test_other_orders_say_where_each_column_stands() -> None:
    order = column_order(frame("b", "c", "a"), ("a", "b", "c"), "predict")
    assert order is not None
    assert order.tolist() == [2, 0, 1]


@pytest.mark.parametrize(
    ("names", "difference"),
    [
        (("a", "b"), "got missing 'c'; select"),
        (("a", "b", "c", "d"), "got unknown 'd'; select"),
        (("a", "B", "c"), "got missing 'b'; unknown 'B'; select"),
        (("a", "b", "c", "c"), "got given twice 'c'; select"),
        (("a", "c", "c"), "got missing 'b'; given twice 'c'; select"),
    ],
)
def test_the_difference_is_named(names: tuple[str, ...], difference: str) -> None:
    with pytest.raises(
        DataError, match=f"^predict: expected the 3 feature names of training, in any order, {difference}"
    ):
        column_order(frame(*names), ("a", "b", "c"), "predict")


def test_a_long_difference_is_cut() -> None:
    with pytest.raises(DataError, match="missing '0', '1', '2', '3', '4' and 3 more;"):
        column_order(frame("x"), [*map(str, range(8)), "x"], "predict")


def test_names_to_learn_from_are_different() -> None:
    assert unique_names(frame("a", "b"), "X") == ("a", "b")
    assert unique_names(np.zeros((2, 2)), "X") is None
    with pytest.raises(DataError, match="X: expected each column name once, got 'b', 'a' more than once; rename one"):
        unique_names(frame("b", "a", "b", "c", "a"), "X")


def test_rows_have_the_width_of_training() -> None:
    check_width((0, 3), 3, "predict")
    with pytest.raises(DataError, match=r"hidden: expected 3 features per row, .* got 2 \(input of shape \(5, 2\)\)"):
        check_width((5, 2), 3, "hidden")
