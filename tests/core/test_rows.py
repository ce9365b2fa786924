"""Some rows of every kind of table."""

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.rows import num_rows, spread, take_rows
from gnn2mlp.core.tables import check_table

X = np.arange(12.0).reshape(4, 3)
NAMES = ["a", "b", "c"]


@pytest.mark.parametrize(
    "form",
    [
        np.asarray,
        np.ndarray.tolist,
        torch.from_numpy,
        sp.csr_array,
        sp.coo_matrix,
        lambda x: pd.DataFrame(x, columns=NAMES, index=list("wxyz")),
        lambda x: pl.DataFrame(x, schema=NAMES),
        lambda x: pa.table(dict(zip(NAMES, x.T, strict=True))),
        lambda x: dict(zip(NAMES, x.T.tolist(), strict=True)),
        lambda x: {"a": pd.Series(x[:, 0]), "b": pl.Series(x[:, 1]), "c": pa.array(x[:, 2])},
    ],
)
def test_rows_by_number(form: Any) -> None:
    table = form(X)
    assert num_rows(table) == 4
    taken = take_rows(table, np.array([3, 0]))
    assert num_rows(taken) == 2
    found = check_table(taken)
    np.testing.assert_array_equal(found.toarray() if sp.issparse(found) else found, X[[3, 0]])
    assert num_rows(take_rows(table, np.array([], dtype=int))) == 0


def test_ids_are_rows_too() -> None:
    rows = np.array([2, 2, 0])
    for ids in (["p", "q", "r"], ("p", "q", "r"), pd.Index(["p", "q", "r"]), pa.chunked_array([["p"], ["q", "r"]])):
        taken = take_rows(ids, rows)
        assert [str(each) for each in taken] == ["r", "r", "p"]
    assert take_rows(pd.Series(["p", "q", "r"], index=[2, 1, 0]), rows).tolist() == ["r", "r", "p"]
    assert num_rows({}) == 0


def test_some_rows_are_evenly_spread() -> None:
    assert spread(np.arange(3), 5).tolist() == [0, 1, 2]
    assert spread(np.arange(101), 3).tolist() == [0, 50, 100]
