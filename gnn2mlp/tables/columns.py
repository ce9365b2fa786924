"""Columns of a table as numbers: which features a student sees, and how each is made of what the user wrote."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr

Kind = Literal["number", "boolean", "category", "list"]


@dataclass(frozen=True)
class Column:
    """A column that is read as features.

    Args:
        name: of the column.
        kind: a number stays itself; a boolean is 0 or 1; a category becomes a feature for each of its values, 1 where
            the row has it, so that a row without a value has zeros alone; a list holds unnamed numbers.
        categories: the values of a category, sorted.
    """

    name: str
    kind: Kind = "number"
    categories: tuple[Any, ...] = ()

    __repr__ = short_repr

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features that it is read as."""
        if self.kind == "category":
            return tuple(f"{self.name}={value}" for value in self.categories)
        return (self.name,)


@dataclass(frozen=True)
class FeatureColumns:
    """All columns that are read as features, in their order.

    Args:
        columns: one after the other.

    Example:
        >>> columns = FeatureColumns((Column("age"), Column("colour", "category", ("blue", "red"))))
        >>> columns.names
        ('age', 'colour=blue', 'colour=red')
        >>> columns.matrix({"age": [31, 54], "colour": ["red", None]}).tolist()
        [[31.0, 0.0, 1.0], [54.0, 0.0, 0.0]]
    """

    columns: tuple[Column, ...]

    __repr__ = short_repr

    @property
    def names(self) -> tuple[str, ...] | None:
        """Names of the features; `None` where they come as lists."""
        if any(column.kind == "list" for column in self.columns):
            return None
        return tuple(name for column in self.columns for name in column.features)

    def to_list(self) -> list[dict[str, Any]]:
        """Plain types, for JSON."""
        return [
            {"name": c.name, "kind": c.kind, **({"categories": list(c.categories)} if c.kind == "category" else {})}
            for c in self.columns
        ]

    @classmethod
    def of_list(cls, entries: Iterable[Mapping[str, Any]]) -> Self:
        """What `to_list` gave, as a student's card has it: `FeatureColumns.of_list(predictor.card["columns"])`."""
        return cls(tuple(Column(e["name"], e["kind"], tuple(e.get("categories", ()))) for e in entries))

    def matrix(self, frame: Any) -> np.ndarray:
        """Features float32 (rows, features) of a frame with these columns, and perhaps others: what `predict` takes.

        Args:
            frame: what gives a column by its name: a data frame, a dictionary of arrays.

        Raises:
            DataError: for a category that was not there in training.
        """
        parts = [_encoded(column, frame[column.name]) for column in self.columns]
        return np.concatenate(parts, axis=1)


def _encoded(column: Column, values: Any) -> np.ndarray:
    if column.kind == "list":
        return np.stack([np.asarray(value, dtype=np.float32) for value in values])
    if column.kind != "category":
        return np.asarray(values, dtype=np.float32)[:, None]
    texts = [None if _is_missing(value) else str(value) for value in values]
    place = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    codes = np.array([place[text] for text in texts], dtype=np.int64)
    return one_hot(column, list(place), codes, f"column {column.name!r}")


def _is_missing(value: Any) -> bool:
    try:
        return value is None or bool(value != value)
    except TypeError:  # pandas' NA is neither equal to itself nor different
        return True


def one_hot(column: Column, known: Sequence[Any], codes: np.ndarray, where: str) -> np.ndarray:
    """Features float32 (rows, categories) of a category.

    Args:
        column: which.
        known: the different values, of which `None` is no category.
        codes: of each row the place of its value among these (rows,).
        where: for messages.

    Raises:
        DataError: for a value that is no category.
    """
    place = {str(value): i for i, value in enumerate(column.categories)}
    if unknown := [value for value in known if value is not None and str(value) not in place]:
        raise DataError(
            f"{where}: expected one of the {len(place)} categories of training, got {unknown[0]!r}; "
            "leave the value out where it is none of them"
        )
    table = np.zeros((len(known), len(place)), dtype=np.float32)
    for row, value in enumerate(known):
        if value is not None:
            table[row, place[str(value)]] = 1
    return np.asarray(table[codes])
