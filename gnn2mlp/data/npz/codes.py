"""Integers that name categories, as 0/1 features."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.data.npz.arrays import Array


def one_hot_codes(codes: Array, name: str) -> Any:
    """Category codes (nodes, columns) as one 0/1 feature for each column and code that occurs in it.

    Raises:
        DataError: unless they are integers in two dimensions.
    """
    if codes.ndim != 2 or codes.dtype.kind not in "iub":
        raise DataError(
            f"{name}: category codes must be integers of shape (nodes, columns), got {codes.dtype} of {codes.shape}"
        )
    from sklearn.preprocessing import OneHotEncoder

    return OneHotEncoder(dtype=np.float32).fit_transform(codes)


def code_names(codes: Array, columns: Sequence[str]) -> tuple[str, ...]:
    """Names of the features that `one_hot_codes` makes, from the names of the columns: `"colour=3"`."""
    return tuple(
        f"{name}={code}" for name, column in zip(columns, codes.T, strict=True) for code in np.unique(column).tolist()
    )
