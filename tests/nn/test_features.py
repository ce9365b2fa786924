from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.nn.csr import CSR
from gnn2mlp.nn.features import check_features

ROWS = [[0.0, 1.5], [2.0, 0.0], [0.0, 0.0]]
BOTH_KINDS = pytest.mark.parametrize(
    "form", [np.array, lambda rows: sp.csr_matrix(np.array(rows))], ids=["dense", "sparse"]
)


@pytest.mark.parametrize(
    "features",
    [
        ROWS,
        np.array(ROWS),
        np.array(ROWS, dtype=np.float16),
        np.asfortranarray(ROWS),
        pd.DataFrame(ROWS, columns=["a", "b"]),
        torch.tensor(ROWS),
        torch.tensor(ROWS, requires_grad=True),
    ],
    ids=["list", "float64", "float16", "fortran", "pandas", "torch", "learnt"],
)
def test_dense_tables(features: object) -> None:
    x = check_features(features)
    assert isinstance(x, torch.Tensor)
    assert x.tolist() == ROWS
    assert not x.requires_grad


@pytest.mark.parametrize(
    "features",
    [
        sp.csr_matrix(np.array(ROWS)),
        sp.coo_array(np.array(ROWS)),
        torch.tensor(ROWS).to_sparse_csr(),
        torch.tensor(ROWS).to_sparse_coo(),
        CSR.from_dense(torch.tensor(ROWS)),
    ],
    ids=["scipy csr", "scipy coo", "torch csr", "torch coo", "CSR"],
)
def test_sparse_tables_stay_sparse(features: object) -> None:
    x = check_features(features)
    assert isinstance(x, CSR)
    assert x.to_dense().tolist() == ROWS


@pytest.mark.parametrize(
    ("given", "expected"),
    [(np.float64, torch.float64), (np.float32, torch.float32), (np.int64, torch.float32), (bool, torch.float32)],
)
def test_doubles_stay_doubles_all_else_becomes_single(given: type, expected: torch.dtype) -> None:
    table = np.eye(3, dtype=given)
    assert check_features(table).dtype == expected
    assert check_features(torch.from_numpy(table)).dtype == expected
    assert check_features(sp.csr_matrix(table)).dtype == expected
    assert check_features(torch.from_numpy(table).to_sparse_coo()).dtype == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [(torch.float16, torch.float32), (torch.bfloat16, torch.float32), (torch.int64, torch.float32)]
    + [(dtype, dtype) for dtype in (torch.float32, torch.float64)],
)
def test_sparse_rows_become_single_likewise(given: torch.dtype, expected: torch.dtype) -> None:
    x = check_features(CSR.from_dense(torch.eye(3).to(given)))
    assert x.dtype == expected
    assert x.to_dense().tolist() == np.eye(3).tolist()


def test_an_array_is_copied() -> None:
    table = np.array(ROWS)
    x = check_features(table)
    table[0, 0] = 9
    assert x[0, 0] == 0


@BOTH_KINDS
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_counted_by_row(form, bad: float) -> None:
    rows = [[1.0, 2.0], [bad, bad], [3.0, 4.0], [5.0, bad]]
    with pytest.raises(DataError, match=r"wine: features must be finite, .* in 2 of 4 rows \(first: row 1\)"):
        check_features(form(rows), "wine")


@pytest.mark.parametrize(
    ("features", "shape"),
    [
        (np.ones(3), r"\(3,\)"),
        (np.ones((2, 3, 4)), r"\(2, 3, 4\)"),
        (torch.ones(2, 2, 2).to_sparse_coo(), r"\(2, 2, 2\)"),
        (1.0, r"\(\)"),
    ],
)
def test_other_shapes_are_refused(features: object, shape: str) -> None:
    with pytest.raises(DataError, match=rf"features must have shape \(nodes, features\).*, got {shape}"):
        check_features(features)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix, torch.from_numpy])
def test_rows_without_a_feature_are_refused(form: Callable[[object], object]) -> None:
    with pytest.raises(DataError, match=r"at least one feature, got 0 feature\(s\) \(shape=\(3, 0\)\)"):
        check_features(form(np.ones((3, 0))))


@pytest.mark.parametrize("features", [[["a", "b"]], [[1.0], [1.0, 2.0]], None, object(), pd.DataFrame({"a": ["x"]})])
def test_what_is_no_table_of_numbers_is_refused(features: object) -> None:
    with pytest.raises(DataError, match="features must"):
        check_features(features)


def test_no_rows_is_a_table() -> None:
    assert check_features(np.ones((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("form", [np.asarray, sp.csr_matrix, torch.from_numpy])
def test_complex_numbers_are_refused_not_halved(form) -> None:
    with pytest.raises(DataError, match=r"x: Complex data not supported: .* got (torch\.)?complex128"):
        check_features(form(np.eye(2) * 1j), "x")


def test_finite_numbers_whose_sum_is_not_are_accepted() -> None:
    large = torch.full((4, 2), torch.finfo(torch.float32).max)
    assert torch.equal(check_features(large), large)
    cancelling = torch.tensor([[float("inf"), 1.0], [float("-inf"), 1.0]])
    with pytest.raises(DataError, match="in 2 of 2 rows"):
        check_features(cancelling)
