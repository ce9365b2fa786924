"""What a student is asked, in the forms that people have it, as rows of features: checked, and on the CPU."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from gnn2mlp.core.columns import check_width, column_order
from gnn2mlp.core.errors import DataError
from gnn2mlp.encoders.table import TableEncoder
from gnn2mlp.inputs.text import TextInputs
from gnn2mlp.nn.csr import CSR, Features
from gnn2mlp.nn.features import check_features


def feature_rows(
    X: Any, names: Sequence[str] | None, num_features: int, dtype: torch.dtype, name: str = "predict"
) -> Features:
    """Numbers (rows, features), dense or sparse as they are, with their columns in the order of training.

    Args:
        X: as `check_features` takes it.
        names: of the columns in training, or `None`.
        num_features: how many there were.
        dtype: of the network.
        name: for messages.

    Raises:
        DataError: for the wrong number of features or other columns, and for values that are not finite in `dtype`.

    Example:
        >>> import pandas as pd
        >>> feature_rows(pd.DataFrame({"b": [1.0], "a": [2.0]}), ["a", "b"], 2, torch.float32).tolist()
        [[2.0, 1.0]]
    """
    order = column_order(X, names, name)
    x = check_features(X, name).to(torch.device("cpu"))
    check_width(x.shape, num_features, name)
    if order is not None and isinstance(x, torch.Tensor):  # as a table with names always is
        x = x[:, order]
    # Twice where the type narrows: what is finite in double precision may not be in single.
    return x if x.dtype == dtype else check_features(x.to(dtype=dtype), name)


def encoded_rows(columns: TableEncoder, X: Any, dtype: torch.dtype, name: str = "predict") -> Features:
    """Features that encoders make of a table's columns, which they check.

    Raises:
        DataError: as `TableEncoder.transform`.
    """
    rows = columns.rows(X, name=name)
    if isinstance(rows, np.ndarray):
        return torch.from_numpy(rows).to(dtype)
    indptr, indices, values = (torch.from_numpy(array) for array in (rows.indptr, rows.indices, rows.data))
    return CSR(indptr, indices.long(), values.to(dtype), rows.shape)


def text_rows(inputs: TextInputs, X: Any, num_features: int, dtype: torch.dtype, name: str = "predict") -> Features:
    """What an encoder makes of raw texts, and of features beside them where it was so in training.

    Raises:
        DataError: as `TextInputs.asked_rows`, or for another number of features beside a text.
    """
    rows = inputs.asked_rows(X)
    if rows.shape[1] != num_features:
        beside, more = inputs.text_width, rows.shape[1]
        raise DataError(
            f"{name}: expected {num_features - beside} features beside each text, as in training, got {more - beside}"
        )
    return rows.to(dtype=dtype)
