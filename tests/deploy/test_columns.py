import numpy as np
import pandas as pd
import pytest

from gnn2mlp.core.errors import DataError
from gnn2mlp.deploy.columns import check_columns, column_names


def frame(*names: object) -> pd.DataFrame:
    return pd.DataFrame(np.zeros((2, len(names))), columns=list(names))


def test_names_are_those_of_a_data_frame() -> None:
    assert column_names(frame("a", "b")) == ("a", "b")


@pytest.mark.parametrize("X", [np.zeros((2, 2)), frame(0, 1), frame("a", 1), pd.DataFrame(), [[1.0]]])
def test_everything_else_has_none(X: object) -> None:
    assert column_names(X) is None


@pytest.mark.parametrize("X", [frame("a", "b"), np.zeros((2, 2)), frame(0, 1)])
def test_equal_names_and_no_names_pass(X: object) -> None:
    check_columns(X, ("a", "b"), "predict")


def test_any_name_passes_where_training_had_none() -> None:
    check_columns(frame("z"), None, "predict")


@pytest.mark.parametrize(
    ("names", "difference"),
    [
        (("b", "a", "c"), "got another order, from column 0: 'b' where 'a' was"),
        (("a", "c", "b"), "got another order, from column 1: 'c' where 'b' was"),
        (("a", "b"), "got missing 'c'; select"),
        (("a", "b", "c", "d"), "got unknown 'd'; select"),
        (("a", "B", "c"), "got missing 'b'; unknown 'B'; select"),
        (("a", "b", "c", "c"), "got some columns given twice"),
    ],
)
def test_the_difference_is_named(names: tuple[str, ...], difference: str) -> None:
    with pytest.raises(
        DataError, match=f"^predict: expected the 3 feature names of training in their order, {difference}"
    ):
        check_columns(frame(*names), ("a", "b", "c"), "predict")


def test_a_long_difference_is_cut() -> None:
    with pytest.raises(DataError, match="missing '0', '1', '2', '3', '4' and 3 more;"):
        check_columns(frame("x"), [*map(str, range(8)), "x"], "predict")
