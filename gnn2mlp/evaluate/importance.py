"""What each column contributes to the answers: permutation importance, by scikit-learn, on tables of any library."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.inspection import permutation_importance

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.rows import num_rows, take_rows
from gnn2mlp.core.seeds import derive
from gnn2mlp.core.showing import short_repr
from gnn2mlp.core.tables import column_names

# So many rows tell well enough what a column is worth; each column costs `repeats` passes over them.
MOST_ROWS = 2_000


class Importance(NamedTuple):
    """By how much a score falls where the values of a column are dealt out anew among the rows.

    Args:
        names: (columns,), the most important first; `"column 3"` where columns have no names.
        mean: (columns,) over the repeats, in units of the score.
        std: (columns,) standard deviation over the repeats.
        drops: (columns, repeats).
        score: of the rows as they are.
        scoring: which score it is.
        rows: how many rows were scored.
    """

    names: tuple[str, ...]
    mean: np.ndarray
    std: np.ndarray
    drops: np.ndarray
    score: float
    scoring: str
    rows: int

    def __repr__(self) -> str:
        return short_repr(self)

    def records(self) -> list[dict[str, Any]]:
        """A line for each column, JSON-able: `column`, `mean`, `std`, `tells`.

        `tells` says whether the column is worth more than two standard deviations over the repeats.
        """
        return [
            {"column": name, "mean": float(mean), "std": float(std), "tells": bool(mean > 2 * std)}
            for name, mean, std in zip(self.names, self.mean, self.std, strict=True)
        ]


def column_importance(
    predictor: Any,
    X: Any,
    y: ArrayLike,
    scoring: str | None = None,
    repeats: int = 5,
    most_rows: int = MOST_ROWS,
    seed: int = 0,
) -> Importance:
    """Permutation importance of every column that a predictor reads (Breiman, Random Forests, Machine Learning, 2001).

    A column whose content another column repeats looks worthless, as either stands in for the other; it is what the
    column adds to the rest. Take rows that trained nothing. The table is not converted: what scikit-learn permutes are
    numbers of rows, and columns are read in that order.

    Args:
        predictor: such as a `Predictor`: with `predict`, and whatever else the scoring asks for, such as
            `predict_proba`.
        X: a table of pandas, polars or Arrow, columns by name, or an array (rows, columns). Columns of a table that the
            predictor does not read do not matter.
        y: (rows,) what is right, in the values of `predict`; rows with `None` are left out.
        scoring: name of a scikit-learn scorer; default: accuracy for classes, R² for numbers.
        repeats: how often each column is dealt out.
        most_rows: of more rows, so many are drawn.
        seed: of the draws.

    Raises:
        DataError: if rows and labels differ in number, there are fewer than two, or the table is sparse, whose columns
            are too many to judge one by one.

    Example:
        >>> class Sign:
        ...     feature_names, classes_ = ("a", "b"), np.array([False, True])
        ...
        ...     def predict(self, X):
        ...         return np.asarray(X["a"]) > 0
        >>> values = np.linspace(-1, 1, 100)
        >>> found = column_importance(Sign(), {"a": values, "b": values}, values > 0)
        >>> found.names, found.mean.round(1).tolist(), found.score
        (('a', 'b'), [0.5, 0.0], 1.0)
    """
    names = _read_columns(predictor, X)
    labels = np.asarray(y)
    rows = num_rows(X)
    if len(labels) != rows or rows < 2:
        raise DataError(f"importance: expected at least two rows and a label for each, got {rows} and {len(labels)}")
    chosen = _drawn(labels, most_rows, seed)
    table = take_rows(X, chosen)
    answering = _ByRows(predictor, table, names)
    score = scoring or ("accuracy" if getattr(predictor, "classes_", None) is not None else "r2")
    found = permutation_importance(
        answering,
        np.repeat(np.arange(len(chosen))[:, None], len(names), axis=1),
        labels[chosen].tolist() if labels.dtype == object else labels[chosen],
        scoring=score,
        n_repeats=repeats,
        random_state=seed,
    )
    order = np.argsort(-found.importances_mean, kind="stable")
    return Importance(
        tuple(names[k] if isinstance(names[k], str) else f"column {names[k]}" for k in order),
        found.importances_mean[order],
        found.importances_std[order],
        found.importances[order],
        float(answering.baseline(labels[chosen], score)),
        score,
        len(chosen),
    )


class _ByRows(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A predictor of matrices (rows, columns) that say from which row of a table each value is to be taken."""

    def __init__(self, predictor: Any = None, table: Any = None, names: Any = None):
        self.predictor = predictor
        self.table = table
        self.names = names
        self._estimator_type = "classifier" if getattr(predictor, "classes_", None) is not None else "regressor"

    def fit(self, X: Any, y: Any) -> "_ByRows":
        """scikit-learn asks that it be there."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.estimator_type = self._estimator_type
        return tags

    @property
    def classes_(self) -> np.ndarray:
        return self.predictor.classes_  # type: ignore[no-any-return]

    def predict(self, places: np.ndarray) -> np.ndarray:
        return self.predictor.predict(self._placed(places))  # type: ignore[no-any-return]

    def predict_proba(self, places: np.ndarray) -> np.ndarray:
        return self.predictor.predict_proba(self._placed(places))  # type: ignore[no-any-return]

    def baseline(self, y: np.ndarray, scoring: str) -> float:
        """The score of the rows as they are."""
        from sklearn.metrics import get_scorer

        rows = np.repeat(np.arange(len(y))[:, None], len(self.names), axis=1)
        return get_scorer(scoring)(self, rows, y)  # type: ignore[no-any-return]

    def _placed(self, places: np.ndarray) -> Any:
        if isinstance(self.table, np.ndarray):
            return self.table[places, np.arange(places.shape[1])]
        columns = {name: self.table[name] for name in self.names}
        here = np.arange(len(places))
        return {
            name: column if (places[:, k] == here).all() else take_rows(column, places[:, k])
            for k, (name, column) in enumerate(columns.items())
        }


def _read_columns(predictor: Any, X: Any) -> list[Any]:
    """Names of the columns that the predictor reads, or their numbers where there are no names."""
    if hasattr(X, "tocsr"):
        raise DataError(f"importance: expected a table or a dense array, got {X.shape[1]} columns of a sparse matrix")
    found = column_names(X)
    if found is None:
        if not isinstance(X, np.ndarray) or X.ndim != 2:
            raise DataError(f"importance: expected a table with names or an array, got {type(X).__name__}")
        return list(range(X.shape[1]))
    read = set(getattr(predictor, "feature_names", None) or found)
    keys = list(X) if isinstance(X, Mapping) else list(found)
    return [name for name in keys if name in read]


def _drawn(labels: np.ndarray, most: int, seed: int) -> np.ndarray:
    """Numbers of the labelled rows, ascending; some of them where there are more than `most`."""
    known = np.flatnonzero([value is not None and value == value for value in labels.tolist()])
    if len(known) <= most:
        return known
    random = np.random.default_rng(derive(seed, "rows of an importance"))
    return np.sort(random.choice(known, most, replace=False))
