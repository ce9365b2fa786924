"""Answers for a table in a stream: a function from Arrow record batches to Arrow record batches. Imports no torch."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Literal

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, RowsError, listing, nearest
from gnn2mlp.core.parquet import is_list, is_numeric, is_text, one_array, pyarrow_modules
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy.answer_columns import Asked, answer_columns

Errors = Literal["raise", "null"]
# The one column of a table whose features are lists of numbers.
FEATURES = "features"
ERROR = "error"
_LARGEST = float(np.finfo(np.float32).max)


class BatchScorer:
    """A student as a function of record batches: as many rows come out as go in, in their order.

    A row is read as `predict` reads it: the columns of training by their names, in any order and among others; or, of a
    student whose features have no names, the one column `features` of lists of numbers. What comes out depends on the
    row alone, so that batches may be cut anywhere, and be scored anywhere and again. It can be pickled.

    Columns that come out: those of `keep`, then `prediction` (of several labels the list of those that the row has),
    and as asked `confidence` (the highest probability), `probability_<class>`, `set` (see
    `BasePredictor.predict_set`), `outlier` (whether the row is more foreign to the student than 95 % of validation rows
    were), `error`.

    Args:
        predictor: a `Predictor` or `OnnxPredictor`.
        keep: columns that are handed on as they are, such as the id.
        probabilities: whether each class's probability comes out.
        coverage: of the sets of classes; default: no sets.
        outliers: whether `outlier` comes out.
        errors: `"raise"`, or `"null"`: a row that cannot be read gets no answer, and the reason in `error`. Columns
            that are missing or of another type are an error of the table, and raised in any case.

    Raises:
        ConfigError: if pyarrow is not installed, the student takes the graph, or something is asked for that it cannot
            tell.

    Example:
        >>> import numpy as np, pyarrow as pa
        >>> from gnn2mlp.deploy import Predictor
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=4)
        >>> names = ["likes", "age"]
        >>> predictor = Predictor(student, student.build(2, 2), 2, ["cat", "dog"], feature_names=names)
        >>> score = BatchScorer(predictor, keep=["id"], errors="null")
        >>> batch = pa.record_batch({"age": [3.0, None], "likes": [1, 2], "id": ["a", "b"]})
        >>> answered = score(batch)
        >>> answered.schema.names, answered["id"].to_pylist()
        (['id', 'prediction', 'confidence', 'error'], ['a', 'b'])
        >>> answered["error"].to_pylist()
        [None, 'a feature is missing, NaN or infinite']
    """

    def __init__(
        self,
        predictor: BasePredictor,
        keep: Sequence[str] = (),
        probabilities: bool = False,
        coverage: float | None = None,
        outliers: bool = False,
        errors: Errors = "raise",
    ):
        pyarrow_modules()
        if errors not in ("raise", "null"):
            raise ConfigError(f"errors: expected 'raise' or 'null', got {errors!r}")
        if getattr(getattr(predictor, "inputs", None), "needs_graph", False):
            raise ConfigError(
                "score: this student makes a row of a node's place in the graph, which a table does not have; distil "
                "one of other inputs"
            )
        self.predictor = predictor
        self.keep = tuple(keep)
        self.errors = errors
        self.asked = Asked(probabilities, coverage, outliers)
        self._known: tuple[Any, Any] | None = None  # the schema of the last batch, and that of its answers
        answer_columns(predictor, self._nothing(0), self.asked)  # which refuses what this student cannot tell

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that the student reads."""
        return (FEATURES,) if self.predictor.feature_names is None else self.predictor.feature_names

    def output_schema(self, schema: Any) -> Any:
        """The schema of what comes out.

        Args:
            schema: of the batches that will go in.

        Raises:
            ConfigError: if there is no such column to keep, or two columns would have one name.
            DataError: if a column that the student reads is missing, or of a type that it cannot read.
        """
        arrow, _ = pyarrow_modules()
        for name in self.keep:
            if name not in schema.names:
                raise ConfigError(f"keep: the table has no column {name!r}{nearest(name, schema.names)}")
        self._check_reads(schema)
        made = {name: column.type for name, column in self._made(self._nothing(0), []).items()}
        if taken := [*map(repr, made.keys() & set(self.keep))]:
            raise ConfigError(
                f"keep: expected names other than those of what is written, got {listing(taken)}; rename the column, "
                "or do not keep it"
            )
        return arrow.schema([*map(schema.field, self.keep), *made.items()])

    def __call__(self, batch: Any) -> Any:
        """The answers of a record batch, or of a table of Arrow, as one record batch.

        Raises:
            DataError: for rows that cannot be read, unless `errors="null"`; and for columns, as `output_schema`.
        """
        arrow, _ = pyarrow_modules()
        if self._known is None or not batch.schema.equals(self._known[0]):
            self._known = batch.schema, self.output_schema(batch.schema)
        schema = self._known[1]
        made = self._made(*self._outputs(self._rows(batch)))
        kept = [_one(batch.column(name)) for name in self.keep]
        return arrow.RecordBatch.from_arrays([*kept, *made.values()], schema=schema)

    def stream(self, batches: Iterable[Any]) -> Iterator[Any]:
        """The answers of batches one by one: what Spark's `mapInArrow` takes."""
        for batch in batches:
            yield self(batch)

    def _made(self, outputs: np.ndarray, reasons: Sequence[str | None]) -> dict[str, Any]:
        """The columns that come out beside those that are kept, as arrays of Arrow by name."""
        arrow, _ = pyarrow_modules()
        made = answer_columns(self.predictor, outputs, self.asked)
        if self.errors == "null":
            error = arrow.array(reasons, arrow.string())
            bad = error.is_valid()
            if bad.true_count:
                made = {name: _without(column, bad) for name, column in made.items()}
            made[ERROR] = error
        return made

    def _nothing(self, rows: int) -> np.ndarray:
        """Outputs of rows that have none."""
        return np.zeros((rows, self.predictor.answers.num_outputs), np.float32)

    def _check_reads(self, schema: Any) -> None:
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

    def _rows(self, batch: Any) -> Any:
        """What the student is given: a table of its columns, or a matrix (rows, features), NaN where there is a gap."""
        if self._raw:
            arrow, _ = pyarrow_modules()
            return arrow.table({name: _one(batch.column(name)) for name in self.reads})
        if self.predictor.feature_names is None:
            return _matrix(_one(batch.column(FEATURES)), self.predictor.num_features)
        # One line a column, as they lie in the batch: what multiplies them takes the matrix either way.
        values = np.empty((len(self.reads), batch.num_rows), np.float32)
        for place, name in enumerate(self.reads):
            values[place] = _numbers(_one(batch.column(name)))
        return values.T

    def _outputs(self, rows: Any) -> tuple[np.ndarray, list[str | None]]:
        """Outputs (rows, outputs), and for each row why there is none, if so."""
        if self.errors == "raise":
            outputs = self.predictor.outputs(rows)
            return outputs, [None] * len(outputs)
        self.predictor.outputs(rows[:0])  # what is wrong with columns is wrong with every row
        return self._raw_outputs(rows) if self._raw else self._matrix_outputs(rows)

    def _matrix_outputs(self, rows: np.ndarray) -> tuple[np.ndarray, list[str | None]]:
        bad = ~np.isfinite(rows).all(axis=1)
        outputs = self._nothing(len(rows))
        if not bad.all():
            outputs[~bad] = self.predictor.outputs(rows[~bad] if bad.any() else rows)
        return outputs, ["a feature is missing, NaN or infinite" if one else None for one in bad.tolist()]

    def _raw_outputs(self, table: Any) -> tuple[np.ndarray, list[str | None]]:
        """Of a table, without the rows that an error names, or halved where something else cannot be read."""
        outputs = self._nothing(table.num_rows)
        reasons: list[str | None] = [None] * table.num_rows
        large = _too_large(table)
        for row in large.nonzero()[0].tolist():
            reasons[row] = "a number is infinite, or too large for a feature in single precision"
        waiting = [(~large).nonzero()[0]]
        while waiting:
            rows = waiting.pop()
            try:
                if rows.size:
                    outputs[rows] = self.predictor.outputs(table if rows.size == len(reasons) else table.take(rows))
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


def _one(column: Any) -> Any:
    """A column of a batch or of a table as one array."""
    return one_array(column) if hasattr(column, "chunks") else column


def _without(column: Any, bad: Any) -> Any:
    """The array with gaps in bad rows."""
    import pyarrow.compute as compute

    arrow, _ = pyarrow_modules()
    places = compute.if_else(bad, arrow.scalar(None, arrow.int64()), np.arange(len(column)))
    return column.take(places)


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
