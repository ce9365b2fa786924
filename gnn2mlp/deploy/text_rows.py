"""Tables with a column of texts as a student of texts is asked about them. Imports no torch."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from gnn2mlp.core.errors import ConfigError, DataError, RowsError, listing, nearest
from gnn2mlp.core.parquet import is_text, pyarrow_modules
from gnn2mlp.deploy.row_reader import FEATURES, Errors, RowReader, column_of

# What a column of texts is called, unless somebody says otherwise.
TEXT = "text"
_GAP = "the text is missing"


class TextRowReader:
    """As `RowReader`, of a student that reads texts, perhaps with features beside them in the column `features`.

    No message shows a text.

    Args:
        predictor: a `Predictor` with inputs `text`.
        errors: `"raise"`, or `"null"`: a row without a text has outputs of 0, and a reason.
        text: the column of texts.

    Raises:
        ConfigError: if texts would lie in the column of features.

    Example:
        >>> import pyarrow as pa
        >>> from gnn2mlp.deploy import Predictor
        >>> from gnn2mlp.inputs.text import TextInputs
        >>> from gnn2mlp.students.mlp import MLPStudent
        >>> student = MLPStudent(hidden=4)
        >>> predictor = Predictor(student, student.build(8, 2), 8, ["cat", "dog"], inputs=TextInputs("hashed"))
        >>> reader = TextRowReader(predictor, "null", text="says")
        >>> reader.reads, reader.outputs(pa.table({"says": [None]}))[1]
        (('says',), ['the text is missing'])
    """

    def __init__(self, predictor: Any, errors: Errors = "raise", text: str = TEXT):
        self.predictor, self.errors, self.text = predictor, errors, text
        self.width = predictor.answers.num_outputs
        self._beside: RowReader | None = None
        if predictor.inputs.features:
            if text == FEATURES:
                raise ConfigError(f"text: expected another column than {FEATURES!r}, in which the features lie")
            self._beside = RowReader(_Features(predictor.num_features - predictor.inputs.text_width), _itself, 0)

    @property
    def reads(self) -> tuple[str, ...]:
        """The columns that are read."""
        return (self.text,) if self._beside is None else (self.text, *self._beside.reads)

    def nothing(self, rows: int) -> np.ndarray:
        """Outputs of rows that have none."""
        return np.zeros((rows, self.width), np.float32)

    def check(self, schema: Any) -> None:
        """Raise `DataError` if a column is missing, or of a type that cannot be read."""
        if self.text not in schema.names:
            raise DataError(
                f"score: expected a column {self.text!r} with the texts that the student reads, which the table does "
                f"not have{nearest(self.text, schema.names)}; it has {listing([*map(repr, schema.names)])}; name the "
                "one of texts with --text COLUMN (in Python: BatchScorer(text=...))"
            )
        kind = schema.field(self.text).type
        if not _holds_texts(kind):
            raise DataError(f"score: expected texts in the column {self.text!r}, got {kind}")
        if self._beside is not None:
            self._beside.check(schema)

    def outputs(self, batch: Any) -> tuple[np.ndarray, list[str | None]]:
        """Outputs (rows, width) of a record batch or table, and for each row why there is none, if so.

        Raises:
            DataError: for rows that cannot be read, unless `errors="null"`.
        """
        self.check(batch.schema)
        texts: Sequence[str | None] = column_of(batch, self.text).to_pylist()
        features = None if self._beside is None else self._beside.matrix(batch)
        reasons = [_reason(text, row) for text, row in zip(texts, _each(features, len(texts)), strict=True)]
        bad = [row for row, reason in enumerate(reasons) if reason is not None]
        if bad and self.errors == "raise":
            raise RowsError(f"score, row {bad[0]}: {reasons[bad[0]]}; mend it, or score with --errors null", bad)
        good = np.delete(np.arange(len(texts)), bad)
        found = self.nothing(len(texts))
        if good.size:
            chosen = [str(texts[row]) for row in good.tolist()]
            found[good] = self.predictor.outputs(asked_of(chosen, None if features is None else features[good]))
        return found, reasons


class _Features:
    """What `RowReader` has to know of lists of numbers."""

    feature_names = None

    def __init__(self, num_features: int):
        self.num_features = num_features


def asked_of(texts: Sequence[str], features: np.ndarray | None) -> Sequence[str] | Mapping[str, Any]:
    """What a student of inputs `text` is asked."""
    return texts if features is None else {"texts": texts, "features": features}


def _itself(rows: Any) -> Any:
    return rows


def _each(features: np.ndarray | None, rows: int) -> Sequence[bool]:
    """Whether the features of each row can be read."""
    return [True] * rows if features is None else np.isfinite(features).all(axis=1).tolist()


def _reason(text: Any, readable: bool) -> str | None:
    if text is None:
        return _GAP
    return None if readable else "a feature is missing, NaN or infinite"


def _holds_texts(kind: Any) -> bool:
    arrow, _ = pyarrow_modules()
    if arrow.types.is_dictionary(kind):
        kind = kind.value_type
    return is_text(kind) or bool(arrow.types.is_null(kind))  # the latter where every text is missing
