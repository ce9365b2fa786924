"""A student of texts as a server asks it: rows with a text each, and perhaps features beside it. Imports no torch."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from gnn2mlp.core.errors import DataError
from gnn2mlp.deploy import BasePredictor
from gnn2mlp.deploy.row_reader import FEATURES
from gnn2mlp.deploy.text_rows import TEXT, asked_of


class _Column(NamedTuple):
    """What a server asks of a column: its name, and what becomes of it."""

    name: str
    form: str


class TextColumns:
    """From lists of values by column to arrays that a student of texts is fed.

    Args:
        width: features beside each text, 0 for none.

    Example:
        >>> columns = TextColumns(0)
        >>> columns.names, columns.read({"text": ["one says so"]})["text"].shape
        (('text',), (1, 1))
    """

    def __init__(self, width: int):
        self.width = width
        self.columns = (_Column(TEXT, "text"), *([_Column(FEATURES, "vector")] if width else []))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return tuple(column.name for column in self.columns)

    def read(self, table: Mapping[str, Any], name: str = "table") -> dict[str, np.ndarray]:
        """The arrays (rows, ...) by name: texts (rows, 1), and features (rows, width) where there are any.

        Raises:
            DataError: for what is no text, or features of another width; no message shows a text.
        """
        texts = np.empty((len(table[TEXT]), 1), dtype=object)
        for row, text in enumerate(table[TEXT]):
            if not isinstance(text, str):
                raise DataError(f"{name}, row {row}: expected a text in {TEXT!r}, got {_called(text)}")
            texts[row, 0] = text
        if not self.width:
            return {TEXT: texts}
        return {TEXT: texts, FEATURES: np.array([self._numbers(v, r, name) for r, v in enumerate(table[FEATURES])])}

    def _numbers(self, values: Any, row: int, name: str) -> list[float]:
        if isinstance(values, list) and len(values) == self.width and all(type(one) in (int, float) for one in values):
            return [float(one) for one in values]
        raise DataError(f"{name}, row {row}: expected a list of {self.width} numbers in {FEATURES!r}, as in training")


class TextStudent(BasePredictor):
    """A student of texts with the columns of its requests. It computes by torch, as its encoder does.

    Args:
        predictor: a `Predictor` with inputs `text`.
        threads: that one batch may use.
    """

    def __init__(self, predictor: Any, threads: int = 1):
        self.predictor, self.threads = predictor, threads
        self.answers, self.calibration = predictor.answers, predictor.calibration
        self.num_features = predictor.num_features
        inputs = predictor.inputs
        self.columns = TextColumns(self.num_features - inputs.text_width if inputs.features else 0)
        self.feature_names = self.columns.names

    @classmethod
    def load(cls, folder: Path, threads: int = 1) -> "TextStudent":
        """Read a model directory; torch is loaded."""
        from gnn2mlp.deploy.predictor import Predictor

        return cls(Predictor.load(folder), threads)

    def digest(self) -> str:
        """That of the student."""
        return str(self.predictor.digest())

    def _outputs(self, X: Any, name: str) -> np.ndarray:
        return self.answer_columns(self.columns.read(X, name))

    def answer_columns(self, fed: Mapping[str, np.ndarray]) -> np.ndarray:
        """Outputs (rows, outputs) of what `columns.read` gave."""
        from gnn2mlp.core.environment import cpu_threads

        with cpu_threads(self.threads):
            found: np.ndarray = self.predictor.outputs(asked_of(fed[TEXT][:, 0].tolist(), fed.get(FEATURES)))
        return found


def _called(value: Any) -> str:
    return "nothing" if value is None else type(value).__name__
