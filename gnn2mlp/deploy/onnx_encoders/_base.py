"""What a converter is given and what it gives."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.deploy.onnx_parts import Part


class Given(NamedTuple):
    """A column that the model is given, and what reads it.

    Args:
        number: of the column among those that are read.
        encoder: fitted.
        value: name of the input (rows, 1) or (rows, width), or of the one that holds the numbers of all columns.
        place: of the column in the latter, else `None`.
        beside: how many columns the latter has.
    """

    number: int
    encoder: Any
    value: str
    place: int | None = None
    beside: int = 1


class Block(NamedTuple):
    """Features of some columns.

    Args:
        value: name of the result, float32 (rows, features).
        features: of each feature the number of its column, and which of the column's features it is.
    """

    value: str
    features: list[tuple[int, int]]


Converter = Callable[[Part, Sequence[Given]], list[Block]]


def all_of(value: str, column: Given) -> Block:
    """The features of one column, in their order."""
    return Block(value, [(column.number, feature) for feature in range(column.encoder.width)])


def side_by_side(part: Part, columns: Sequence[Given]) -> str:
    """Values of several columns as one matrix (rows, columns)."""
    places = [column.place for column in columns]
    if None not in places:
        whole = places == [*range(columns[0].beside)]
        return columns[0].value if whole else taken(part, columns[0].value, places)
    return beside(part, [column.value for column in columns])


def beside(part: Part, values: Sequence[str]) -> str:
    """Several matrices as one."""
    return values[0] if len(values) == 1 else part.add("Concat", values, axis=1)


def taken(part: Part, value: str, places: Sequence[Any]) -> str:
    """Some columns of a matrix."""
    return part.add("Gather", [value, part.constant(np.array(places, np.int64))], axis=1)


def as_float(part: Part, value: str) -> str:
    """In single precision, as features are."""
    return part.add("Cast", [value], to=part.type_of(np.float32))
