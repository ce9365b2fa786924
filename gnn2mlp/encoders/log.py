"""Amounts by their order of magnitude."""

from typing import Any

import numpy as np

from gnn2mlp.encoders.number import Number
from gnn2mlp.encoders.values import Numbers, Values


class Log(Number):
    """log(1 + number), on one scale as by `Number`: for counts and amounts, of which few are very large.

    scikit-learn's `PowerTransformer` computes the same with the exponent 0, which is how it goes to ONNX.

    Example:
        >>> Log().fit([0, 99]).transform([0, 9, 99]).ravel().tolist()
        [-1.0, 0.0, 1.0]
        >>> Log().fit([3, -1])
        Traceback (most recent call last):
        gnn2mlp.core.errors.RowsError: values, row 1: expected a number of at least 0 to take the logarithm of, ...
    """

    name = "log"
    citation = "Box and Cox, An Analysis of Transformations, JRSS B 1964"

    def _numbers(self, values: Values) -> np.ndarray:
        assert isinstance(values, Numbers), "other kinds were refused before"
        below = values.numbers < 0
        if below.any():
            raise values.errors(
                below,
                lambda row: (
                    f"expected a number of at least 0 to take the logarithm of, got {values.numbers[row]:g}; "
                    "mend it, or read the column with the encoder 'number'"
                ),
            )
        return values.numbers

    def _fit_full(self, numbers: np.ndarray) -> None:
        super()._fit_full(np.log1p(numbers))

    def _map(self, numbers: np.ndarray) -> np.ndarray:
        return super()._map(np.log1p(numbers))

    def _steps(self) -> list[tuple[str, Any]]:
        from sklearn.preprocessing import PowerTransformer

        power = PowerTransformer(method="yeo-johnson", standardize=False).fit(np.array([[0.0], [1.0], [3.0]]))
        power.lambdas_ = np.zeros(1)
        return [("log", power), *super()._steps()]
