import numpy as np
import pandas as pd
import pyarrow as pa

from gnn2mlp.encoders._objects import of_list
from gnn2mlp.encoders.values import Where, as_text, as_texts


def test_rows_are_called_by_number_and_id() -> None:
    assert str(Where()) == "values"
    assert Where("a").row(3) == "column 'a', row 3"
    assert Where("a", np.array([5, 6])).row(1) == "column 'a', row 1 (id 6)"
    assert Where("a", pd.Series(["x", "y"], index=[7, 8])).row(1) == "column 'a', row 1 (id 'y')"
    assert Where("a", pa.chunked_array([["x"], ["y"]])).row(1) == "column 'a', row 1 (id 'y')"


def test_observed_rows_are_called_as_in_the_table() -> None:
    assert Where("a", ["u", "v", "w"], np.array([0, 2])).row(1) == "column 'a', row 2 (id 'w')"


def test_numbers_are_written_as_one_would() -> None:
    assert [as_text(number) for number in (3, 3.0, -2.5, 1e20, 0.1)] == ["3", "3", "-2.5", str(10**20), "0.1"]


def test_numbers_and_truth_values_as_texts() -> None:
    assert as_texts(of_list([3, None, 0.5], Where())).to_list() == ["3", None, "0.5"]
    assert as_texts(of_list([True, None], Where())).to_list() == ["True", None]
