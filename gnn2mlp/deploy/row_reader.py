"""Rows of a table as a network reads them, and why some have no outputs. Imports no torch."""

from collections.abc import Callable
from typing import Any, Literal, Protocol, get_args

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, RowsError, listing, nearest
from gnn2mlp.core.parquet import is_list, is_numeric, is_text, one_array, pyarrow_modules

Errors = Literal["raise", "null"]
# The one column of a table whose features are lists of numbers.
FEATURES = "features"
_LARGEST = float(np.finfo(np.float32).max)


def check_errors(errors: str) -> None:
    """Raise `ConfigError` unless it says what to do about rows that cannot be read."""
    if errors not in get_args(Errors):
        raise ConfigError(f"errors: expected 'raise' or 'null', got {errors!r}")


class Reads(Protocol):
    """What is read: columns by their names, lists of numbers, or, with encoders in `columns`, columns of any type."""

    @property
    def num_features(self) -> int:
        """How many numbers a row has."""

    @property
    def feature_names(self) -> tuple[str, ...] | None:
        """Of the columns, if they have names."""


class RowReader:
    """From record batches of Arrow to what a network gives for their rows.

    A row is read by its columns' names, in any order and among others; or, of a network whose features have no names,
    the one column `features` of lists of numbers.

    Args:
        reads: a `BasePredictor` or `LinkPredictor`.
        outputs: float (rows, width) of a table, or of a matrix (rows, features); it raises `DataError` for rows that
            cannot be read.
        width: of the outputs.
        errors: `"raise"`, or `"null"`: a row that cannot be read has outputs of 0, and a reason.

    Example:
        >>> import pyarrow as pa
        >>> from gnn2mlp.deploy import Predictor
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=4)
        >>> names = ["likes", "age"]
        >>> predictor = Predictor(student, student.build(2, 2), 2, ["cat", "dog"], feature_names=names)
        >>> reader = RowReader(predictor, predictor.outputs, 2, "null")
        >>> outputs, reasons = reader.outputs(pa.record_batch({"age": [3.0, None], "likes": [1, 2]}))
        >>> outputs.shape, reasons
        ((2, 2), [None, 'a feature is missing, NaN or infinite'])
    """

    def __init__(self, reads: Reads, outputs: Callable[[Any], np.ndarray], width: int, errors: Errors = "raise"):
        self.predictor, self.width, self.errors = reads, width, errors
        self._answer = outputs

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that are read."""
        return (FEATURES,) if self.predictor.feature_names is None else self.predictor.feature_names

    def nothing(self, rows: int) -> np.ndarray:
        """Outputs of rows that have none."""
        return np.zeros((rows, self.width), np.float32)

    def outputs(self, batch: Any) -> tuple[np.ndarray, list[str | None]]:
        """Outputs (rows, width) of a record batch or table, and for each row why there is none, if so.

        Raises:
            DataError: for rows that cannot be read, unless `errors="null"`.
        """
        rows = self._rows(batch)
        if self.errors == "raise":
            outputs = self._answer(rows)
            return outputs, [None] * len(outputs)
        self._answer(rows[:0])  # what is wrong with columns is wrong with every row
        return self._raw_outputs(rows) if self._raw else self._matrix_outputs(rows)

    def check(self, schema: Any) -> None:
        """Raise `DataError` if a column is missing, or of a type that cannot be read."""
        if missing := [name for name in self.reads if name not in schema.names]:
            spare = [name for name in schema.names if name not in self.reads]
            told = listing([f"{name!r}{nearest(name, spare)}" for name in missing])
            wanted = "lists of numbers" if self.predictor.feature_names is None else "as in training"
            raise DataError(
                f"score: expected the {len(self.reads)} columns that the student reads ({wanted}), in any order; "
                f"missing {told}"
            )
        wrong = [name for name in self.reads if not self._can_read(name, schema.field(name).type)]
        if wrong:
            told = listing([f"{name!r} ({schema.field(name).type})" for name in wrong])
            raise DataError(f"score: expected numbers, got {told}; convert them as they were in training")

    def _can_read(self, name: str, kind: Any) -> bool:
        """Whether a column of this type can have values that the student reads, as far as a type tells."""
        if self._raw:
            return self._kinds.get(name) not in ("number", "boolean") or not is_text(kind)
        if self.predictor.feature_names is None:
            return is_list(kind) and is_numeric(kind.value_type)
        return is_numeric(kind) or bool(pyarrow_modules()[0].types.is_boolean(kind))

    @property
    def _kinds(self) -> dict[str, str | None]:
        """What columns of any type held in training, by name."""
        return {column.name: column.kind for column in self.predictor.columns.columns}  # type: ignore[attr-defined]

    @property
    def _raw(self) -> bool:
        """Whether the student reads columns of any type."""
        return getattr(self.predictor, "columns", None) is not None

    def matrix(self, batch: Any) -> np.ndarray:
        """The numbers of a student that reads no columns of other types, (rows, features), NaN where there is a gap."""
        rows: np.ndarray = self._rows(batch)
        return rows

    def _rows(self, batch: Any) -> Any:
        """What the student is given: a table of its columns, or a matrix (rows, features), NaN where there is a gap."""
        if self._raw:
            arrow, _ = pyarrow_modules()
            return arrow.table({name: column_of(batch, name) for name in self.reads})
        if self.predictor.feature_names is None:
            return _matrix(column_of(batch, FEATURES), self.predictor.num_features)
        # One line a column, as they lie in the batch: what multiplies them takes the matrix either way.
        values = np.empty((len(self.reads), batch.num_rows), np.float32)
        for place, name in enumerate(self.reads):
            values[place] = _numbers(column_of(batch, name))
        return values.T

    def _matrix_outputs(self, rows: np.ndarray) -> tuple[np.ndarray, list[str | None]]:
        bad = ~np.isfinite(rows).all(axis=1)
        outputs = self.nothing(len(rows))
        if not bad.all():
            outputs[~bad] = self._answer(rows[~bad] if bad.any() else rows)
        return outputs, ["a feature is missing, NaN or infinite" if one else None for one in bad.tolist()]

    def _raw_outputs(self, table: Any) -> tuple[np.ndarray, list[str | None]]:
        """Of a table, without the rows that an error names, or halved where something else cannot be read."""
        outputs = self.nothing(table.num_rows)
        reasons: list[str | None] = [None] * table.num_rows
        large = _too_large(table)
        for row in large.nonzero()[0].tolist():
            reasons[row] = "a number is infinite, or too large for a feature in single precision"
        waiting = [(~large).nonzero()[0]]
        while waiting:
            rows = waiting.pop()
            try:
                if rows.size:
                    outputs[rows] = self._answer(table if rows.size == len(reasons) else table.take(rows))
            except RowsError as error:
                for row, reason in zip(rows[error.rows].tolist(), error.reasons, strict=True):
                    reasons[row] = reason
                waiting.append(np.delete(rows, error.rows))
            except DataError as error:
                if rows.size == 1:
                    reasons[int(rows[0])] = str(error)
                else:
                    waiting += [*np.array_split(rows, 2)]
        return outputs, reasons


def column_of(batch: Any, name: str) -> Any:
    """A column of a record batch or table as one array."""
    column = batch.column(name)
    return one_array(column) if hasattr(column, "chunks") else column


def _numbers(column: Any) -> np.ndarray:
    """Numbers or truth values (rows,), NaN for a gap; infinite where single precision does not reach."""
    arrow, _ = pyarrow_modules()
    if arrow.types.is_boolean(column.type):
        column = column.cast(arrow.int8())
    if column.null_count:
        column = column.cast(arrow.float64(), safe=False)  # whole numbers have no NaN
    with np.errstate(over="ignore"):
        return column.to_numpy(zero_copy_only=False).astype(np.float32, copy=False)  # type: ignore[no-any-return]


def _matrix(lists: Any, width: int) -> np.ndarray:
    """Lists of numbers as a matrix (rows, width); a row of NaN where a list is missing."""
    if lists.null_count or not hasattr(lists.type, "list_size"):
        lists = _even(lists, width)
    values = _numbers(lists.flatten())
    if len(values) != len(lists) * width:
        raise DataError(
            f"score: expected lists of {width} numbers in {FEATURES!r}, as in training, got {lists.type.list_size}"
        )
    return values.reshape(len(lists), width)


def _even(lists: Any, width: int) -> Any:
    """Lists of one length."""
    import pyarrow.compute as compute

    arrow, _ = pyarrow_modules()
    lengths = lists.value_lengths() if hasattr(lists, "value_lengths") else compute.list_value_length(lists)
    wrong = compute.not_equal(lengths, width)
    if compute.any(wrong).as_py():
        row = compute.index(wrong, True).as_py()
        raise DataError(
            f"score: expected lists of {width} numbers in {FEATURES!r}, as in training, got one of "
            f"{lengths[row].as_py()} in row {row}"
        )
    gaps = lists.is_null()
    filled = lists.flatten()  # of a list that is missing it has nothing
    if not lists.null_count:
        return arrow.FixedSizeListArray.from_arrays(filled, width)
    values = np.full((len(lists), width), np.nan, np.float32)
    values[~gaps.to_numpy(zero_copy_only=False)] = _numbers(filled).reshape(-1, width)
    return arrow.FixedSizeListArray.from_arrays(arrow.array(values.ravel()), width)


def _too_large(table: Any) -> np.ndarray:
    """Which rows hold a number beyond single precision, bool (rows,)."""
    arrow, _ = pyarrow_modules()
    found = np.zeros(table.num_rows, bool)
    for column in table.columns:
        if arrow.types.is_floating(column.type):
            found |= np.abs(column.to_numpy()) > _LARGEST
    return found
