"""Encoders of numbers: gaps take one value, and a feature tells of them where the observed rows had any."""

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from gnn2mlp.encoders._base import ColumnEncoder
from gnn2mlp.encoders.values import Numbers, Values

# Stands for a gap where scikit-learn has to tell: no float32 of a table is as large.
_HUGE = 3e38


class FilledEncoder(ColumnEncoder):
    """Fills gaps with what scikit-learn's `SimpleImputer` takes; subclasses map the numbers that are whole then.

    Attributes:
        strategy: of `SimpleImputer`.
    """

    reads = frozenset({"number", "boolean"})
    strategy: ClassVar[str] = "median"

    fill_: float
    flagged_: bool

    def _fit(self, values: Values) -> None:
        numbers = self._numbers(values)
        self.flagged_ = bool(np.isnan(numbers).any())
        full = numbers[~np.isnan(numbers)] if self.flagged_ else numbers
        self.fill_ = _imputed(full, self.strategy)
        self._fit_full(self._filled(numbers))

    def _transform(self, values: Values) -> np.ndarray:
        numbers = self._numbers(values)
        features = self._map(self._filled(numbers))
        if not self.flagged_:
            return features
        return np.concatenate([features, np.isnan(numbers).astype(np.float32)[:, None]], axis=1)

    def _numbers(self, values: Values) -> np.ndarray:
        """Numbers float64 (rows,), NaN where there is a gap."""
        assert isinstance(values, Numbers), "other kinds were refused before"
        return values.numbers

    def _filled(self, numbers: np.ndarray) -> np.ndarray:
        gaps = np.isnan(numbers)
        return np.where(gaps, self.fill_, numbers) if gaps.any() else numbers

    def _fit_full(self, numbers: np.ndarray) -> None:
        """Learn from numbers (rows,) without gaps."""

    def _map(self, numbers: np.ndarray) -> np.ndarray:
        """Features float32 (rows, width without the flag) of numbers (rows,) without gaps."""
        with np.errstate(over="ignore"):  # the table says which row it is
            return numbers.astype(np.float32)[:, None]

    def _steps(self) -> list[tuple[str, Any]]:
        """What follows the imputer in `transformer()`."""
        return []

    def feature_names(self, column: str) -> tuple[str, ...]:
        """The column's own name, and one more for gaps."""
        return (*self._names(column), *((f"{column} is missing",) if self.flagged_ else ()))

    def _names(self, column: str) -> tuple[str, ...]:
        return (column,)

    def transformer(self) -> Any:
        """`SimpleImputer` and what maps the numbers, beside what tells of gaps."""
        from sklearn.pipeline import FeatureUnion, make_pipeline

        value = make_pipeline(imputer(self.fill_), *(step for _, step in self._steps()))
        if not self.flagged_:
            return value
        return FeatureUnion([("value", value), ("missing", flag())])

    def prepare(self, values: Any) -> np.ndarray:
        """Numbers float64 (rows, 1), NaN where there is a gap."""
        return self._numbers(self._accepted(values))[:, None]

    def _facts(self) -> dict[str, Any]:
        return {"flagged": self.flagged_}

    def state(self) -> dict[str, np.ndarray]:
        """`fill` (1,), what gaps take."""
        return {"fill": np.array([self.fill_])}

    def _load(self, facts: Mapping[str, Any], state: Mapping[str, np.ndarray]) -> None:
        self.flagged_ = bool(facts["flagged"])
        self.fill_ = float(state["fill"][0])


def _imputed(numbers: np.ndarray, strategy: str) -> float:
    """What scikit-learn's imputer puts into gaps among these numbers; 0 where there is none."""
    from sklearn.impute import SimpleImputer

    if not numbers.size:
        return 0.0
    return float(SimpleImputer(strategy=strategy).fit(numbers[:, None]).statistics_[0])


def imputer(fill: float) -> Any:
    """scikit-learn's imputer that puts this number into gaps."""
    from sklearn.impute import SimpleImputer

    return SimpleImputer(strategy="constant", fill_value=fill).fit(np.array([[fill]]))


def flag() -> Any:
    """1 where there is a gap, by what skl2onnx can convert, which `MissingIndicator` is not."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Binarizer

    return make_pipeline(imputer(_HUGE), Binarizer(threshold=_HUGE / 2).fit(np.zeros((1, 1))))
