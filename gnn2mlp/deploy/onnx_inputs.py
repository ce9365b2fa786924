"""The inputs of an ONNX model that reads raw columns: how they are called, what is put into them, and why it fits.

An input has the name of its column. Of many columns of numbers the model takes one matrix instead, as each input costs
a microsecond or two. Imports no torch.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np

from gnn2mlp.core.errors import RowsError
from gnn2mlp.encoders import ENCODERS, ColumnEncoder
from gnn2mlp.encoders.raw_table import RawTable, check_columns
from gnn2mlp.encoders.reading import as_lists
from gnn2mlp.encoders.values import Kind, Lists, Values, Vectors, as_texts

# Columns of numbers from which they go into one matrix, and what that input is called.
MATRIX, NUMBERS = 32, "numbers"
# How the values of each encoder are given: numbers, a text, the words of a text, items of a list, or a vector.
FORMS = {
    **dict.fromkeys(("number", "log", "raw", "boolean", "date"), "number"),
    "category": "category",
    "text": "text",
    "bag": "items",
    "vector": "vector",
}
OTHER = "other"
# Encoders that leave numbers as large as they are; others scale them in double precision before.
_SINGLE = ("raw",)
_DOCS = {
    "number": "a number; NaN where it is missing",
    "boolean": "1 for true, 0 for false; NaN where it is missing",
    "date": "days since 1970-01-01 00:00 UTC, with a fraction for the time of day; NaN where it is missing",
    "category": "a category as text (whole numbers without a point, truth values as True and False); empty where it is "
    "missing",
    "text": "a text; empty where it is missing",
    "items": "the items of a list as texts, filled up with empty texts; no text at all where it is missing",
    "vector": "numbers; a row of NaN where they are missing",
    OTHER: "what the encoder's `prepare` gives",
}


class Column(NamedTuple):
    """A column that the model reads.

    Args:
        name: in the table.
        kind: of its values in training; `None` where there was none.
        dtype: of its values in training, as their library calls it.
        encoder: what reads it: its name, or its import path if it is from outside of this package.
        form: how its values are given.
        input: of the model.
        width: of the input, or `None` where it varies.
        place: among the columns of the input, where it holds several.
        learnt: what the encoder has to know to prepare values.
    """

    name: str
    kind: Kind | None
    dtype: str
    encoder: str
    form: str
    input: str
    width: int | None = 1
    place: int | None = None
    learnt: Mapping[str, Any] = {}

    @property
    def numpy(self) -> Any:
        """The type of the input."""
        return {"number": np.float64, "vector": np.float32, OTHER: np.float64}.get(self.form, object)

    @property
    def doc(self) -> str:
        """What the input takes, for the model."""
        return _DOCS.get(self.encoder, _DOCS[self.form]) if self.form == "number" else _DOCS[self.form]

    def facts(self) -> dict[str, Any]:
        """All of it, JSON-able, and what a person who writes a program wants to know."""
        return {**self._asdict(), "type": np.dtype(self.numpy).name.replace("object", "string"), "takes": self.doc}

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Self:
        """The column that gave these facts."""
        return cls(**{name: facts[name] for name in cls._fields})


class RawInputs:
    """From a table to what an ONNX model of raw columns is fed.

    Args:
        columns: that the model reads.

    Example:
        >>> inputs = RawInputs([Column("since", "text", "str", "date", "number", "since")])
        >>> inputs.read({"since": ["1970-01-02T12:00", None]})["since"].tolist()
        [[1.5], [nan]]
    """

    def __init__(self, columns: Sequence[Column]):
        self.columns = tuple(columns)
        self._encoders = [_encoder(column) for column in columns]
        self._matrices = {column.input for column in columns if column.place is not None}

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(column.name for column in self.columns)

    def read(self, table: Any, name: str = "table") -> dict[str, np.ndarray]:
        """The arrays that the inputs take, by name, each (rows, its width).

        Args:
            table: as `TableEncoder.transform` takes it, and checked as there.
            name: what the table is called in messages.

        Raises:
            DataError: for columns that are missing or hold something else than in training.
        """
        raw = RawTable(table, name)
        check_columns(raw, self.names)
        found = {
            column.name: _prepared(column, encoder, encoder.as_trained(raw.read(column.name), column.kind))
            for column, encoder in zip(self.columns, self._encoders, strict=True)
        }
        fed = {column.input: found[column.name] for column in self.columns if column.place is None}
        for matrix in self._matrices:
            inside = sorted((column.place, column.name) for column in self.columns if column.input == matrix)
            fed[matrix] = np.concatenate([found[name] for _, name in inside], axis=1)
        return fed


def chunks(fed: Mapping[str, np.ndarray], features: int, most: int) -> Iterator[dict[str, np.ndarray]]:
    """The same rows some at a time, so that none of them makes more than `most` values on the way.

    Args:
        fed: arrays (rows, width), of which texts become as many words as the longest of them has.
        features: that the model makes of a row.
        most: values.
    """
    rows = len(next(iter(fed.values())))
    letters = max((len(text) for array in fed.values() if array.dtype == object for text in array.flat), default=0)
    size = max(1, most // max(features, letters))
    for start in range(0, rows, size):
        yield {name: array[start : start + size] for name, array in fed.items()}


def _encoder(column: Column) -> ColumnEncoder:
    cls = ENCODERS.get(column.encoder)
    if column.form not in ("vector", OTHER):
        return cls()  # what prepares their values needs nothing that was learnt
    facts = dict(column.learnt)
    return cls.load(facts, {name: np.array(value) for name, value in facts.pop("state", {}).items()})


def _prepared(column: Column, encoder: ColumnEncoder, values: Values) -> np.ndarray:
    """Values as the input takes them."""
    if column.form == "items":
        return _padded(values)
    array = as_matrix(encoder.prepare(values))
    if column.form == "text":  # by Python's rules; what the model does itself is right for most words
        return np.array([[text.lower()] for (text,) in array.tolist()], dtype=object).reshape(-1, 1)
    if column.encoder in _SINGLE:
        _check_size(array, column.name)
    return array.astype(column.numpy, copy=False)


def _check_size(array: np.ndarray, name: str) -> None:
    """Refuse numbers that single precision cannot hold: the model's outputs do not always show that there was one."""
    large = (np.abs(array) > np.finfo(np.float32).max).any(axis=1)
    if large.any():
        rows = large.nonzero()[0].tolist()

        def reason(row: int) -> str:
            return f"{array[row].max()} is too large for a feature in single precision; mend it"

        first = f"column {name!r}, row {rows[0]}: {reason(rows[0])}"
        raise RowsError(first, rows, lambda row: f"column {name!r}: {reason(row)}")


def _padded(values: Values) -> np.ndarray:
    """Items as texts, object (rows, most items): the rest of each row is empty texts."""
    lists = as_lists(values) if isinstance(values, Vectors) else values
    assert isinstance(lists, Lists), "other kinds were refused before"
    lengths = np.diff(lists.indptr)
    padded = np.full((len(lists), max(1, lengths.max(initial=0))), "", dtype=object)
    items = np.array([text or "" for text in as_texts(lists.items).to_list()], dtype=object)
    padded[np.arange(padded.shape[1]) < lengths[:, None]] = items
    return padded


def as_matrix(values: np.ndarray) -> np.ndarray:
    """What `ColumnEncoder.prepare` gives as (rows, width): texts as objects, all else in double precision."""
    matrix = values[:, None] if values.ndim == 1 else values
    return matrix if matrix.dtype == object else matrix.astype(np.float64, copy=False)
