"""The columns that a model reads, as a form, an example or another program needs to know them. Imports no torch."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from gnn2mlp.deploy.model_files import STUDENT
from gnn2mlp.deploy.node_fields import NodeFields
from gnn2mlp.deploy.onnx_predictor import OnnxPredictor
from gnn2mlp.deploy.row_reader import FEATURES
from gnn2mlp.deploy.text_rows import TEXT
from gnn2mlp.encoders.table import EncodedColumn, TableEncoder
from gnn2mlp.serving.graphs import NODES, GraphStudent
from gnn2mlp.serving.texts import TextStudent

_ENCODERS = "encoders/"
_SECONDS_A_DAY = 86_400
# Words that stand in an example of a text, and values that a form offers to choose from.
_WORDS, _CHOICES = 3, 200


class ServedColumn(NamedTuple):
    """A column of a row that is asked about.

    Args:
        name: of the column.
        kind: what it holds: `"number"`, `"boolean"`, `"date"`, `"text"`, `"list"` or `"vector"`; of a graph its
            `"nodes"`.
        example: a value that it may have.
        choices: values that are told apart, where these are few; any other is none of them.
        width: numbers of a vector.
        columns: of each node.
    """

    name: str
    kind: str
    example: Any
    choices: tuple[str, ...] = ()
    width: int | None = None
    columns: tuple["ServedColumn", ...] = ()

    def told(self) -> dict[str, Any]:
        """All of it, JSON-able."""
        found = {key: value for key, value in self._asdict().items() if key != "columns"}
        return found | ({"columns": [column.told() for column in self.columns]} if self.columns else {})


def served_columns(
    predictor: OnnxPredictor | TextStudent | GraphStudent, files: Mapping[str, bytes]
) -> tuple[ServedColumn, ...]:
    """The columns that a student reads, in the order of training.

    Args:
        predictor: the student.
        files: contents of its model directory, of which the student's own file knows what columns held in training.
    """
    if isinstance(predictor, GraphStudent):
        example = predictor.columns.example()
        columns = tuple(_of_node(name, value, predictor.columns.fields) for name, value in example[0].items())
        return (ServedColumn(NODES, "nodes", example, columns=columns),)
    if isinstance(predictor, TextStudent):
        width = predictor.columns.width
        beside = [ServedColumn(FEATURES, "vector", [0.0] * width, width=width)] if width else []
        return (ServedColumn(TEXT, "text", "What the node says."), *beside)
    if predictor.columns is None:
        width = predictor.num_features
        if predictor.feature_names is None:
            return (ServedColumn(FEATURES, "vector", [0.0] * width, width=width),)
        return tuple(ServedColumn(name, "number", 0.0) for name in predictor.feature_names)
    known = {column.name: column for column in _encoders(files[STUDENT])}
    return tuple(_served(known[column.name]) for column in predictor.columns.columns)


def _of_node(name: str, example: Any, fields: NodeFields) -> ServedColumn:
    """A column of a node: a category, as texts, whole numbers or truth values are, or a number."""
    if name not in fields.names:
        return ServedColumn(name, "number", example)
    kind = {str: "text", bool: "boolean"}.get(type(example), "number")
    return ServedColumn(name, kind, example, tuple(map(str, fields.categories.get(name, ())[:_CHOICES])))


def _encoders(content: bytes) -> tuple[EncodedColumn, ...]:
    """What read the columns in training, of a student's file whose bytes were checked."""
    from safetensors.numpy import load

    length = 8 + int.from_bytes(content[:8], "little")
    card = json.loads(json.loads(content[8:length])["__metadata__"]["card"])
    states = {key.removeprefix(_ENCODERS): array for key, array in load(content).items() if key.startswith(_ENCODERS)}
    return TableEncoder.of(card["encoders"], states).columns


def _served(column: EncodedColumn) -> ServedColumn:
    encoder = column.encoder
    kind = "date" if encoder.name == "date" else column.kind or "text"  # dates may be written as texts
    if encoder.name == "category":
        common = [text for text in encoder.categories_ if text not in encoder.rare_]  # type: ignore[attr-defined]
        example = _typed(next(iter(common or encoder.categories_), ""), kind)  # type: ignore[attr-defined]
        return ServedColumn(column.name, _plain(kind), example, tuple(encoder.categories_[:_CHOICES]))  # type: ignore[attr-defined]
    if encoder.name == "vector":  # a list of so many numbers
        size = int(encoder.size_)  # type: ignore[attr-defined]
        return ServedColumn(column.name, "vector", [0.0] * size, width=size)
    return ServedColumn(column.name, _plain(kind), _example(encoder, kind))


def _plain(kind: str) -> str:
    return "text" if kind == "category" else kind


def _typed(text: str, kind: str) -> Any:
    """A category as the value that it was."""
    if kind == "number":
        number = float(text)
        return int(number) if number.is_integer() else number
    return text == "True" if kind == "boolean" else text


def _example(encoder: Any, kind: str) -> Any:
    """A value of the middle of those in training."""
    if kind == "boolean":
        return bool(getattr(encoder, "fill_", 0.0))
    if kind == "date":
        seconds = float(getattr(encoder, "mean_", getattr(encoder, "fill_", 0.0))) * _SECONDS_A_DAY
        return datetime.fromtimestamp(round(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%S")
    if kind == "number":
        return round(float(getattr(encoder, "fill_", 0.0)), 6)
    words = list(getattr(encoder, "words_", ()))[:_WORDS]
    return words if kind == "list" else " ".join(words)
