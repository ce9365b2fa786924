"""Answers for a table in a stream: a function from Arrow record batches to Arrow record batches. Imports no torch."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError, nearest
from gnn2mlp.core.parquet import pyarrow_modules
from gnn2mlp.core.progress import Progress
from gnn2mlp.deploy._base import BasePredictor
from gnn2mlp.deploy.answer_columns import Asked, answer_columns
from gnn2mlp.deploy.row_reader import Errors, RowReader, check_errors, column_of
from gnn2mlp.deploy.text_rows import TEXT, TextRowReader
from gnn2mlp.deploy.written_columns import with_reasons, written_schema


class BatchScorer:
    """A student as a function of record batches: as many rows come out as go in, in their order.

    A row is read as `predict` reads it: the columns of training by their names, in any order and among others; or, of a
    student whose features have no names, the one column `features` of lists of numbers; or, of a student of texts, the
    column `text`. What comes out depends on the row alone, so that batches may be cut anywhere, and be scored anywhere
    and again. It can be pickled.

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
        text: the column of texts, where the student reads texts.

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
        text: str = TEXT,
    ):
        pyarrow_modules()
        check_errors(errors)
        if getattr(getattr(predictor, "inputs", None), "needs_graph", False):
            raise ConfigError(
                "score: this student makes a row of a node's place in the graph, which a table does not have; distil "
                "one of other inputs"
            )
        if getattr(predictor, "reads_rows_of_texts", False):
            raise ConfigError(
                "score: the ONNX file of a student of texts has the network alone, which reads what its encoder makes "
                "of them; score with the model's own directory, without --onnx"
            )
        self.predictor = predictor
        self.keep = tuple(keep)
        self.errors = errors
        self.asked = Asked(probabilities, coverage, outliers)
        self._reader: RowReader | TextRowReader
        if getattr(getattr(predictor, "inputs", None), "reads_texts", False):
            self._reader = TextRowReader(predictor, errors, text)
        else:
            self._reader = RowReader(predictor, predictor.outputs, predictor.answers.num_outputs, errors)
        self._known: tuple[Any, Any] | None = None  # the schema of the last batch, and that of its answers
        answer_columns(predictor, self._reader.nothing(0), self.asked)  # which refuses what this student cannot tell

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that the student reads."""
        return self._reader.reads

    @property
    def identity(self) -> tuple[Any, tuple[Any, ...]]:
        """What decides the answers beside the rows: the student, and what is asked of it."""
        read = [self._reader.text] if isinstance(self._reader, TextRowReader) else []
        return self.predictor.digest(), (self.keep, tuple(self.asked), self.errors, *read)

    def output_schema(self, schema: Any) -> Any:
        """The schema of what comes out.

        Args:
            schema: of the batches that will go in.

        Raises:
            ConfigError: if there is no such column to keep, or two columns would have one name.
            DataError: if a column that the student reads is missing, or of a type that it cannot read.
        """
        for name in self.keep:
            if name not in schema.names:
                raise ConfigError(f"keep: the table has no column {name!r}{nearest(name, schema.names)}")
        self._reader.check(schema)
        made = {name: column.type for name, column in self._made(self._reader.nothing(0), []).items()}
        return written_schema(schema, self.keep, made)

    def __call__(self, batch: Any) -> Any:
        """The answers of a record batch, or of a table of Arrow, as one record batch.

        Raises:
            DataError: for rows that cannot be read, unless `errors="null"`; and for columns, as `output_schema`.
        """
        arrow, _ = pyarrow_modules()
        if self._known is None or not batch.schema.equals(self._known[0]):
            self._known = batch.schema, self.output_schema(batch.schema)
        schema = self._known[1]
        made = self._made(*self._reader.outputs(batch))
        kept = [column_of(batch, name) for name in self.keep]
        return arrow.RecordBatch.from_arrays([*kept, *made.values()], schema=schema)

    def prepare(self, folder: Path, files: Sequence[Path], progress: Progress) -> None:
        """Nothing: a row is answered from itself."""

    def stream(self, batches: Iterable[Any]) -> Iterator[Any]:
        """The answers of batches one by one: what Spark's `mapInArrow` takes."""
        for batch in batches:
            yield self(batch)

    def _made(self, outputs: np.ndarray, reasons: Sequence[str | None]) -> dict[str, Any]:
        """The columns that come out beside those that are kept, as arrays of Arrow by name."""
        made = answer_columns(self.predictor, outputs, self.asked)
        return with_reasons(made, reasons) if self.errors == "null" else made
