"""Columns of features: as many as in training, and read by their names, wherever they stand. Imports no torch.

The columns of training may come in any order. One that is missing, one that training did not have, and one that is
there twice are refused: what is meant cannot be known.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import DataError, listing
from gnn2mlp.core.tables import column_names


def unique_names(X: Any, name: str) -> tuple[str, ...] | None:
    """The column names of a table to learn from, or `None` where it has none; `name` is for messages.

    Raises:
        DataError: for a name that two columns have.
    """
    names = column_names(X)
    if names is not None and len(set(names)) < len(names):
        raise DataError(f"{name}: expected each column name once, got {_repeated(names)} more than once; rename one")
    return names


def column_order(X: Any, expected: Sequence[str] | None, name: str) -> np.ndarray | None:
    """Where the columns of training stand in `X`, int64 (features,), or `None` if they stand as in training.

    Input without column names keeps its order, as its columns can only be told apart by position; so does everything
    if training had no names.

    Args:
        X: the input as the caller gave it.
        expected: names in the order of training, or `None`.
        name: for messages.

    Raises:
        DataError: if columns are missing, unknown or given twice; the message names them.

    Example:
        >>> import pandas as pd
        >>> column_order(pd.DataFrame({"b": [1.0], "a": [2.0]}), ["a", "b"], "predict").tolist()
        [1, 0]
    """
    got = column_names(X)
    if expected is None or got is None or got == tuple(expected):
        return None
    missing = [column for column in expected if column not in set(got)]
    unknown = [column for column in got if column not in set(expected)]
    kinds = (("missing", _listed(missing)), ("unknown", _listed(unknown)), ("given twice", _repeated(got)))
    if reasons := [f"{kind} {columns}" for kind, columns in kinds if columns]:
        raise DataError(
            f"{name}: expected the {len(expected)} feature names of training, in any order, got {'; '.join(reasons)}; "
            "select the columns by name, e.g. X[list(model.feature_names_in_)]"
        )
    place = {column: number for number, column in enumerate(got)}
    return np.array([place[column] for column in expected])


def check_width(shape: tuple[int, ...], num_features: int, name: str) -> None:
    """Raise `DataError` if rows of this shape (rows, features) have another width than in training."""
    if shape[1] != num_features:
        raise DataError(
            f"{name}: expected {num_features} features per row, as in training, got {shape[1]} "
            f"(input of shape {tuple(shape)})"
        )


def _listed(names: Sequence[str]) -> str:
    return listing([*map(repr, names)])


def _repeated(names: Sequence[str]) -> str:
    return _listed([column for column, count in Counter(names).items() if count > 1])
