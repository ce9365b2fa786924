"""Raw columns as features in an ONNX model: what a fitted `TableEncoder` does, as nodes."""

from collections.abc import Container, Sequence
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import ConfigError, listing
from gnn2mlp.core.registry import spec_name
from gnn2mlp.deploy.onnx_answers import OUTPUTS
from gnn2mlp.deploy.onnx_encoders import CONVERTERS, Block, Given, converter, others
from gnn2mlp.deploy.onnx_encoders._base import beside
from gnn2mlp.deploy.onnx_inputs import FORMS, MATRIX, NUMBERS, OTHER, Column, as_matrix
from gnn2mlp.deploy.onnx_parts import Part
from gnn2mlp.encoders import ENCODERS
from gnn2mlp.encoders.table import EncodedColumn, TableEncoder

# What an encoder knows that its nodes hold already.
_IN_NODES = ("categories", "rare", "words", "cycles")
# What names of values begin with that are no inputs and outputs.
PREFIXES = ("columns/", "features/", "student/", "answers/")


class Columns(NamedTuple):
    """The part of a model that reads raw columns.

    Args:
        part: with an input for each column.
        features: name of its output, (rows, features).
        order: of each feature in it the place in the rows of `TableEncoder.transform`, int64 (features,).
        columns: what the inputs are, in the table's order.
    """

    part: Part
    features: str
    order: np.ndarray
    columns: tuple[Column, ...]


def check_convertible(encoder: TableEncoder) -> None:
    """Whether ONNX models can read the columns as a fitted encoder does: to be asked before training, not after it.

    Every encoder of this package can be converted, so that this is about those from outside of it.

    Raises:
        ConfigError: if some column cannot be converted. It names the columns, why, and what to use instead.

    Example:
        >>> check_convertible(TableEncoder().fit({"likes": [1, 5, 9], "kind": ["shop", "bar", "shop"]}))
    """
    reasons = [f"{column.name!r}: {reason}" for column in _read(encoder) if (reason := _hindrance(column))]
    if reasons:
        raise ConfigError(f"ONNX: {len(reasons)} columns cannot be converted; {'; '.join(reasons)}")


def _hindrance(column: EncodedColumn) -> str | None:
    """Why a column cannot be converted, and what to do; `None` if it can."""
    if spec_name(type(column.encoder)) in CONVERTERS:
        return None
    reason = column.encoder.onnx
    if reason is None:
        try:
            others.converted(column.encoder)
        except ConfigError as error:
            reason = str(error)
    able = [name for name in CONVERTERS if column.kind in ENCODERS.get(name).reads]
    return None if reason is None else f"{reason}; encoders that can read it: {', '.join(able) or 'none'}, or 'drop'"


def add_columns(encoder: TableEncoder) -> Columns:
    """The part of an ONNX model that makes features of raw columns.

    Args:
        encoder: fitted.

    Raises:
        ConfigError: as `check_convertible`.
    """
    check_convertible(encoder)
    part, read = Part("columns"), _read(encoder)
    columns = _described(read)
    _add_inputs(part, columns)
    inside = sum(column.place is not None for column in columns)
    families: dict[Any, list[Given]] = {}
    for number, (one, column) in enumerate(zip(read, columns, strict=True)):
        given = Given(number, one.encoder, column.input, column.place, inside)
        families.setdefault(converter(column.encoder), []).append(given)
    blocks = [block for convert, given in families.items() for block in convert(part, given)]
    return Columns(part, beside(part, [block.value for block in blocks]), _order(read, blocks), columns)


def _read(encoder: TableEncoder) -> list[EncodedColumn]:
    return [column for column in encoder.columns if column.width]


def _described(read: Sequence[EncodedColumn]) -> tuple[Column, ...]:
    """What the inputs are, each under a name that no other value of the model has."""
    forms = [FORMS.get(spec_name(type(column.encoder)), OTHER) for column in read]
    taken = {*OUTPUTS, NUMBERS, ""}
    inputs: list[str] = []
    for column in read:
        inputs.append(_free(column.name, taken))
        taken.add(inputs[-1])
    matrix = forms.count("number") >= MATRIX
    places = _places(read, forms)
    return tuple(
        _column(column, form, NUMBERS if matrix and form == "number" else name, place if matrix else None)
        for column, form, name, place in zip(read, forms, inputs, places, strict=True)
    )


def _places(read: Sequence[EncodedColumn], forms: Sequence[str]) -> list[int]:
    """Where a column of numbers stands in the matrix: in the order in which their nodes read them."""
    inside = [number for number, form in enumerate(forms) if form == "number"]
    inside.sort(key=lambda number: (read[number].encoder.name == "log", not read[number].encoder.flagged_))  # type: ignore[attr-defined]
    return [inside.index(number) if number in inside else 0 for number in range(len(read))]


def _column(column: EncodedColumn, form: str, name: str, place: int | None) -> Column:
    encoder = column.encoder
    facts = {key: value for key, value in encoder.facts().items() if form == OTHER or key not in _IN_NODES}
    if form == OTHER:
        facts["state"] = {key: value.tolist() for key, value in encoder.state().items()}
    place = place if form == "number" else None
    width = _width(encoder, form)
    return Column(column.name, column.kind, column.dtype, spec_name(type(encoder)), form, name, width, place, facts)


def _width(encoder: Any, form: str) -> int | None:
    if form == "vector":
        return int(encoder.size_)
    if form == OTHER:
        return int(as_matrix(encoder.prepare([None])).shape[1])
    return None if form == "items" else 1


def _free(name: str, taken: Container[str]) -> str:
    """The name of a column, or one like it: parts of the model have names that begin like theirs."""
    while name in taken or name.startswith(PREFIXES):
        name = f"column {name}".strip()
    return name


def _add_inputs(part: Part, columns: Sequence[Column]) -> None:
    inside = [name for _, name in sorted((c.place, c.name) for c in columns if c.place is not None)]
    if inside:
        told = "columns of numbers side by side, each at its `place` in the metadata: "
        part.input(NUMBERS, np.float64, len(inside), told + listing(inside, 20))
    for column in columns:
        if column.place is None:
            width = column.width if column.width is not None else f"most items of {column.name}"
            part.input(column.input, column.numpy, width, column.doc)


def _order(read: Sequence[EncodedColumn], blocks: Sequence[Block]) -> np.ndarray:
    starts = np.cumsum([0, *(column.width for column in read)])
    return np.array([starts[number] + feature for block in blocks for number, feature in block.features])
