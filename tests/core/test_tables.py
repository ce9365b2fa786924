import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.tables import check_table, column_names
from gnn2mlp.nn.csr import CSR

ROWS = [[0.0, 1.5], [2.0, 0.0], [0.0, 0.0]]


@pytest.mark.parametrize(
    ("table", "dtype"),
    [
        (ROWS, np.float32),
        (np.array(ROWS), np.float64),
        (np.array(ROWS, dtype=np.float16), np.float32),
        (np.array([[0, 1], [2, 0], [0, 0]]), np.float32),
        (pd.DataFrame(ROWS, columns=["a", "b"]), np.float32),
    ],
)
def test_dense_tables(table: object, dtype: type) -> None:
    x = check_table(table)
    assert (x.shape, x.dtype) == ((3, 2), dtype)
    np.testing.assert_array_equal(x, np.asarray(table))


def test_sparse_rows_of_a_graph_are_a_table_as_scipys_are() -> None:
    x = check_table(CSR.from_scipy(sp.csr_array(np.array(ROWS, dtype=np.float32))))
    assert (x.format, x.dtype) == ("csr", np.float32)
    np.testing.assert_array_equal(x.toarray(), ROWS)


@pytest.mark.parametrize("form", [sp.csr_matrix, sp.coo_array, sp.csc_matrix])
@pytest.mark.parametrize(("given", "dtype"), [(np.float64, np.float64), (np.int64, np.float32), (bool, np.float32)])
def test_sparse_tables_stay_sparse(form, given: type, dtype: type) -> None:
    x = check_table(form(np.eye(3, dtype=given)))
    assert (x.format, x.dtype) == ("csr", dtype)
    np.testing.assert_array_equal(x.toarray(), np.eye(3))


@pytest.mark.parametrize("form", [np.array, lambda rows: sp.csr_matrix(np.array(rows))])
def test_bad_rows_are_counted(form) -> None:
    rows = form([[1.0, 2.0], [np.nan, np.inf], [3.0, 4.0], [5.0, -np.inf]])
    with pytest.raises(DataError, match=r"wine: features must be finite, .* in 2 of 4 rows \(first: row 1\)"):
        check_table(rows, "wine")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (np.ones(3), r"must have shape \(nodes, features\).*got \(3,\)"),
        (sp.csr_matrix((3, 0)), r"at least one feature, got 0 feature\(s\) \(shape=\(3, 0\)\)"),
        ([["a", "b"]], "must be a numeric"),
        (np.eye(2) * 1j, "Complex data not supported"),
        (sp.csr_matrix(np.eye(2) * 1j), "Complex data not supported"),
    ],
)
def test_what_is_no_table_of_numbers_is_refused(table: object, message: str) -> None:
    with pytest.raises(DataError, match=message):
        check_table(table)


def test_a_fresh_process_needs_neither_torch_nor_scipy() -> None:
    program = "import sys; from gnn2mlp.core.tables import check_table; check_table([[1]]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert not {"torch", "scipy"} & set(done.stdout.split())


COLUMNS = {"a": [0.0, 2.0, 0.0], "b": [1.5, 0.0, 0.0]}
FORMS = [dict, pd.DataFrame, pl.DataFrame, pa.table, pa.RecordBatch.from_pydict]


@pytest.mark.parametrize("form", FORMS)
def test_tables_with_names(form: Callable[[Any], Any]) -> None:
    table = form(COLUMNS)
    assert column_names(table) == ("a", "b")
    x = check_table(table)
    assert (x.dtype, x.tolist()) == (np.float32, ROWS)


def test_columns_of_several_types_are_numbers_all_the_same() -> None:
    for form in FORMS:
        assert check_table(form({"a": [True, False], "b": [1.5, 2.5], "c": [1, 2]})).tolist() == [
            [1, 1.5, 1],
            [0, 2.5, 2],
        ]


@pytest.mark.parametrize("table", [np.zeros((2, 2)), [[1.0]], pd.DataFrame(ROWS), pd.DataFrame(), sp.eye(2), {}])
def test_everything_else_has_no_names(table: object) -> None:
    assert column_names(table) is None


def test_columns_that_are_numbered_in_part_have_no_names() -> None:
    assert column_names(pd.DataFrame([[1.0, 2.0]], columns=["a", 1])) is None


@pytest.mark.parametrize("form", FORMS)
def test_a_column_that_holds_no_numbers_is_named(form: Callable[[Any], Any]) -> None:
    with pytest.raises(DataError, match=r"x: features must be a numeric .* \(column 'b'\): could not convert"):
        check_table(form({"a": [1.0, 2.0], "b": ["p", "q"]}), "x")


def test_a_column_without_a_value_is_refused() -> None:
    with pytest.raises(DataError, match="got NaN or infinity in 1 of 2 rows"):
        check_table(pa.table({"a": [1.0, None], "b": [1, 2]}))


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(DataError, match="features must be a numeric"):
        check_table({"a": [1.0, 2.0], "b": [1.0]})
