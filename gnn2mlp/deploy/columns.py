"""Names of feature columns: a table whose columns are not those of training is refused, not misread."""

from collections.abc import Sequence
from typing import Any

from gnn2mlp.core.errors import DataError

_SHOWN = 5


def column_names(X: Any) -> tuple[str, ...] | None:
    """The column names of a data frame, or `None` for anything else and for columns that are merely numbered."""
    columns = getattr(X, "columns", None)
    if columns is None:
        return None
    names = list(columns)
    return tuple(str(name) for name in names) if names and all(isinstance(name, str) for name in names) else None


def check_columns(X: Any, expected: Sequence[str] | None, name: str) -> None:
    """Compare the columns of a data frame with those of training.

    Input without column names passes, as its columns can only be told apart by position; so does everything if
    training had no names.

    Args:
        X: the input as the caller gave it.
        expected: names in the order of training, or `None`.
        name: for messages.

    Raises:
        DataError: if columns are missing, unknown or in another order; the message names them.
    """
    got = column_names(X)
    if expected is None or got is None or got == tuple(expected):
        return
    missing = [column for column in expected if column not in set(got)]
    unknown = [column for column in got if column not in set(expected)]
    kinds = (("missing", missing), ("unknown", unknown))
    reasons = [f"{kind} {_listed(columns)}" for kind, columns in kinds if columns]
    if not reasons and len(got) == len(expected):
        place = next(i for i, pair in enumerate(zip(got, expected, strict=True)) if pair[0] != pair[1])
        reasons = [f"another order, from column {place}: {got[place]!r} where {expected[place]!r} was"]
    reasons = reasons or ["some columns given twice"]
    raise DataError(
        f"{name}: expected the {len(expected)} feature names of training in their order, got {'; '.join(reasons)}; "
        "select the columns by name, e.g. X[model.feature_names_in_]"
    )


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(map(repr, names[:_SHOWN])) + more
