"""Columns that are left out."""

from typing import Any, get_args

import numpy as np

from gnn2mlp.encoders._base import ColumnEncoder
from gnn2mlp.encoders.reading import read
from gnn2mlp.encoders.values import Kind, Values


class Drop(ColumnEncoder):
    """No feature at all. The column may be absent when the student answers.

    Example:
        >>> Drop().fit(["a17", "b22"]).transform(["c3"]).shape
        (1, 0)
    """

    name = "drop"
    citation = "Pedregosa et al., Scikit-learn: Machine Learning in Python, JMLR 2011"
    reads = frozenset(get_args(Kind))

    def _accepted(self, values: Any) -> Values:
        return read(values)

    def _fit(self, values: Values) -> None:
        pass

    def _transform(self, values: Values) -> np.ndarray:
        return np.empty((len(values), 0), dtype=np.float32)

    def feature_names(self, column: str) -> tuple[str, ...]:
        """None."""
        return ()

    def transformer(self) -> Any:
        """A `FunctionTransformer` that keeps no column."""
        from sklearn.preprocessing import FunctionTransformer

        return FunctionTransformer(_none).fit(np.zeros((1, 1)))

    def prepare(self, values: Any) -> np.ndarray:
        """Zeros (rows, 1)."""
        return np.zeros((len(self._accepted(values)), 1))


def _none(rows: np.ndarray) -> np.ndarray:
    return rows[:, :0]
