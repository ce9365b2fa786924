from typing import Any

import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp
import torch

from gnn2mlp.core.errors import DataError
from gnn2mlp.deploy.asked_rows import encoded_rows, feature_rows, text_rows
from gnn2mlp.encoders import TableEncoder
from gnn2mlp.inputs.text import TextInputs
from gnn2mlp.nn.csr import CSR
from tests.deploy.test_predictor import FEATURES, TABLE, X


@pytest.fixture
def columns() -> TableEncoder:
    return TableEncoder({"page": "drop"}).fit(TABLE)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rows_have_the_precision_of_the_network(columns: TableEncoder, dtype: torch.dtype) -> None:
    texts = TextInputs("hashed")
    asked = [
        feature_rows(X, None, FEATURES, dtype),
        feature_rows(sp.csr_matrix(X), None, FEATURES, dtype),
        encoded_rows(columns, TABLE, dtype),
        text_rows(texts, ["red house"], texts.text_width, dtype),
    ]
    assert {rows.dtype for rows in asked} == {dtype}
    assert isinstance(asked[1], CSR)


def test_columns_come_in_the_order_of_training() -> None:
    table = pd.DataFrame(X, columns=list("fedcba"))
    found = feature_rows(table, list("abcdef"), FEATURES, torch.float32)
    assert isinstance(found, torch.Tensor)
    np.testing.assert_array_equal(found.numpy(), X[:, ::-1])


def test_encoded_rows_are_those_of_the_encoders(columns: TableEncoder) -> None:
    found, expected = encoded_rows(columns, TABLE, torch.float32), columns.transform(TABLE)
    assert isinstance(found, CSR) == sp.issparse(expected)
    dense = found.to_dense() if isinstance(found, CSR) else found
    np.testing.assert_allclose(dense.numpy(), expected.toarray() if sp.issparse(expected) else expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (X[:, :5], r"predict: expected 6 features per row, as in training, got 5 \(input of shape \(20, 5\)\)"),
        (X[0], r"predict: features must have shape \(nodes, features\).*got \(6,\)"),
        (np.full((2, FEATURES), np.nan), "predict: features must be finite, got NaN or infinity in 2 of 2 rows"),
        (np.full((2, FEATURES), 1e300), "predict: features must be finite"),
        (sp.csr_matrix(np.full((2, FEATURES), 1e300)), "predict: features must be finite"),
        ([["a"] * FEATURES], r"predict: features must be a numeric \(nodes, features\) array"),
    ],
)
def test_bad_rows_are_refused(rows: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        feature_rows(rows, None, FEATURES, torch.float32)


def test_arrays_in_place_of_tables_are_refused(columns: TableEncoder) -> None:
    wide = columns.num_features
    for rows in (np.zeros((2, wide)), sp.csr_matrix((2, wide)), torch.zeros(2, 3), [[1, 2]]):
        with pytest.raises(DataError, match="predict: expected a table with named columns"):
            encoded_rows(columns, rows, torch.float32)


def test_the_row_of_a_bad_value_is_named_by_the_index(columns: TableEncoder) -> None:
    frame = pd.DataFrame({**TABLE, "likes": list("abcdef")}, index=TABLE["page"])
    with pytest.raises(DataError, match=r"column 'likes', row 0 \(id 'a'\): expected number, as in training, got text"):
        encoded_rows(columns, frame, torch.float32)
    with pytest.raises(DataError, match="predict: expected the 3 columns .* missing 'likes'"):
        encoded_rows(columns, frame[["kind", "about"]], torch.float32)


def test_other_features_beside_a_text_are_counted() -> None:
    inputs = TextInputs("hashed", features=True)
    asked = {"texts": ["red house"], "features": [[1.0, 2.0]]}
    wide = inputs.text_width
    assert text_rows(inputs, asked, wide + 2, torch.float32).shape == (1, wide + 2)
    with pytest.raises(DataError, match="hidden: expected 3 features beside each text, as in training, got 2"):
        text_rows(inputs, asked, wide + 3, torch.float32, "hidden")
