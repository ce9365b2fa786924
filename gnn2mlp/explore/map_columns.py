"""What is known of each node, in the forms in which a map can colour, find and show it: names, numbers, texts."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from torch import Tensor

from gnn2mlp.core.errors import DataError
from gnn2mlp.core.showing import short_repr

UNKNOWN_NAME = "unknown"
# A column of texts with more different ones than this is read, found and not coloured.
MOST_NAMES = 200


class Named(NamedTuple):
    """A column of names, such as classes.

    Args:
        index: int64 (nodes,), which of the names; -1 where unknown.
        names: of the values, in the order of their colours.
    """

    # The tuple's own method of this name gives way.
    index: np.ndarray  # type: ignore[assignment]
    names: tuple[str, ...]

    def __repr__(self) -> str:
        return short_repr(self)

    def take(self, rows: np.ndarray) -> "Named":
        """Of these rows."""
        return Named(self.index[rows], self.names)

    def texts(self) -> np.ndarray:
        """(nodes,), the name of each."""
        found: np.ndarray = np.array([*self.names, UNKNOWN_NAME], dtype=object)[self.index]
        return found


class Numbers(NamedTuple):
    """A column of numbers, float64 (nodes,); NaN where unknown."""

    values: np.ndarray

    def take(self, rows: np.ndarray) -> "Numbers":
        """Of these rows."""
        return Numbers(self.values[rows])


class Texts(NamedTuple):
    """A column of texts, one for each node."""

    values: tuple[str, ...]

    def take(self, rows: np.ndarray) -> "Texts":
        """Of these rows."""
        return Texts(tuple(self.values[row] for row in rows))


Column = Named | Numbers | Texts


def as_column(values: Any, nodes: int, name: str) -> Column:
    """Values as a person has them, as a column.

    Args:
        values: `Named`; or numbers, booleans, or texts, one for each node. `None` and NaN are unknown.
        nodes: how many there are.
        name: of the column, for messages.

    Raises:
        DataError: if there is not one for each node.

    Example:
        >>> as_column([True, False], 2, "seen")
        Named(index=int64 (2,), names=['no', 'yes'])
        >>> as_column(["b", "a", None], 3, "region").texts().tolist()
        ['b', 'a', 'unknown']
    """
    if isinstance(values, Named):
        return _checked(values, nodes, name)
    if isinstance(values, Numbers | Texts):
        values = values.values
    array = np.asarray(values.detach().cpu() if isinstance(values, Tensor) else values)
    if array.shape != (nodes,):
        raise DataError(
            f"column {name!r}: expected one value for each of {nodes} nodes, got the shape {array.shape}; "
            "columns are in the order of the points"
        )
    if array.dtype.kind == "b":
        return Named(array.astype(np.int64), ("no", "yes"))
    if array.dtype.kind in "iuf":
        return Numbers(array.astype(np.float64))
    return _named(["" if _absent(value) else str(value) for value in array.tolist()])


def as_columns(columns: Mapping[str, Any], nodes: int) -> dict[str, Column]:
    """`as_column` of each; names become texts."""
    return {str(name): as_column(values, nodes, str(name)) for name, values in columns.items()}


def _checked(column: Named, nodes: int, name: str) -> Named:
    index, names = np.asarray(column.index).astype(np.int64), tuple(map(str, column.names))
    if index.shape != (nodes,) or (index.size and not -1 <= index.min() <= index.max() < len(names)):
        raise DataError(
            f"column {name!r}: expected for each of {nodes} nodes one of {len(names)} names, by its index or -1, got "
            f"the shape {index.shape} and values from {index.min(initial=0)} to {index.max(initial=0)}"
        )
    return Named(index, names)


def _absent(value: Any) -> bool:
    return value is None or value != value or str(value) in ("", "NaT", "<NA>")  # NaN alone differs from itself


def _named(texts: Sequence[str]) -> Column:
    count: dict[str, int] = {}
    for text in texts:
        if text:
            count[text] = count.get(text, 0) + 1
    if len(count) > MOST_NAMES:
        return Texts(tuple(texts))
    names = sorted(count, key=lambda text: (-count[text], text))
    index = {text: at for at, text in enumerate(names)}
    return Named(np.array([index.get(text, -1) for text in texts], dtype=np.int64), tuple(names))
