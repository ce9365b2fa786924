"""Numbers on one scale."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from gnn2mlp.encoders._filled import FilledEncoder


class Number(FilledEncoder):
    """A number minus its mean, divided by its standard deviation; a gap takes the median of the observed rows.

    As scikit-learn's `SimpleImputer(strategy="median")` and `StandardScaler` do, in double precision. A further feature
    is 1 in rows with a gap, if there were any among the observed rows. A column that never changes is only shifted.

    Example:
        >>> Number().fit([1.0, 3.0]).transform([2.0, 3.0]).tolist()
        [[0.0], [1.0]]
    """

    name = "number"
    citation = "LeCun et al., Efficient BackProp, 1998, section 4.3"

    mean_: float
    scale_: float

    def _fit_full(self, numbers: np.ndarray) -> None:
        from sklearn.preprocessing import StandardScaler

        if not numbers.size:
            self.mean_, self.scale_ = 0.0, 1.0
            return
        scaler = StandardScaler().fit(numbers[:, None])
        self.mean_, self.scale_ = float(scaler.mean_[0]), float(scaler.scale_[0])

    def _map(self, numbers: np.ndarray) -> np.ndarray:
        with np.errstate(over="ignore"):  # the table says which row it is
            return ((numbers - self.mean_) / self.scale_).astype(np.float32)[:, None]

    def _steps(self) -> list[tuple[str, Any]]:
        return [("scaler", scaler(self.mean_, self.scale_))]

    def state(self) -> dict[str, np.ndarray]:
        """`fill`, `mean` and `scale`, (1,) each."""
        return {**super().state(), "mean": np.array([self.mean_]), "scale": np.array([self.scale_])}

    def _load(self, facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> None:
        super()._load(facts, state)
        self.mean_, self.scale_ = float(state["mean"][0]), float(state["scale"][0])


def scaler(mean: float, scale: float) -> Any:
    """scikit-learn's scaler with this mean and scale."""
    from sklearn.preprocessing import StandardScaler

    made = StandardScaler().fit(np.zeros((1, 1)))
    made.mean_, made.scale_, made.var_ = np.array([mean]), np.array([scale]), np.array([scale**2])
    return made
